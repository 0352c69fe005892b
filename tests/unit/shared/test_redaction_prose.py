"""Does a password go however a customer writes it, and does talk about passwords stay?"""

from __future__ import annotations

import pytest

from shared.redaction import redact, redact_together

KEY = b"k" * 32
SECRETS = ("Blue-Horse-44", "k;9v(Tq)2-x", "Pa55word", "tigerlily8")
WAYS = (
    "Login: bob\nPassword: {}",
    "Login bob, password {}, thanks",
    "wp-admin: bob / {}",
    "Username = bob; Password = {};",
    "U: bob\nP: {}",
    "usuario bob contraseña {}",
    "el usuario es bob y la clave {}",
    "he puesto {} como contraseña",
    "Benutzer bob mit Passwort {} bitte",
    "Ihr kommt mit bob und {} rein (wp-admin)",
    "Ich habe {} als Passwort eingegeben",
    "l'identifiant est bob et le mot de passe {}",
    "mon mot de passe {} ne marche plus",
    "voici l'accès : bob / {}",
    "La password è {}",
    "wachtwoord: {}",
    "hasło: {}",
    "пароль: {}",
    "パスワード：{}",
    "host: ftp.example.org\nuser: bob\npass: {}\nport: 22",
    "<Server><Host>h</Host><User>bob</User><Pass>{}</Pass></Server>",
    "<tr><td>Password</td><td>{}</td></tr>",
    "**Password:** {}\n",
    '{{\\"user\\":\\"bob\\",\\"password\\":\\"{}\\"}}',
    "| User | Password |\n|---|---|\n| bob | {} |\n",
    "Host;User;Passwort\nftp.x.example;bob;{}\n",
    "Data Source=x;User Id=bob;Password={};",
    "mysql:host=localhost;dbname=crm;user=bob;password={}",
    "wp config create --dbuser=bob --dbpass='{}' --dbhost=192.0.2.8",
    "mysqli_connect('localhost','bob','{}','crm')",
    "password:\n\n    {}\n\nthanks",
    "> password for staging:\n> {}\n",
    "the password ({}) does not work",
    "I set the password to {}.",
    "{} is the password",
    "Password ........ {}",
    "Password\t{}",
)


@pytest.mark.parametrize("way", WAYS)
def test_made_up_password_goes_however_it_is_written(way: str) -> None:
    left = [secret for secret in SECRETS if secret in redact(way.format(secret), KEY).text]
    assert left == []


@pytest.mark.parametrize(
    "text",
    [
        "password: sunflower, user: bob",
        "password: sunflower (without the dot)",
        "I changed the password to sunflower this morning (all lower case)",
        "The user is bob and the password is sunflower. Please don't change any settings.",
        "le mot de passe du site est sunflower.",
        "Passwort lautet „sunflower“",
        "the admin pass 'sunflower' no longer works",
        "Login: admin / sunflower\n",
        "User\tPassword\tRole\nbob\tsunflower\teditor\n",
        "DB_PASSWORD=sunflower\n",
    ],
)
def test_plain_word_goes_where_the_sentence_says_that_it_is_one(text: str) -> None:
    assert "sunflower" not in redact(text, KEY).text


@pytest.mark.parametrize(
    "text",
    [
        "My password is correct but the portal says no.",
        "Das Passwort ist falsch. Die Währungen? Cheers!",
        "La contraseña es incorrecta.",
        "Le mot de passe est oublié.",
        "change the password to login",
        "How can I set the password to something else?",
        "Password: (ask me)",
        "Password:\n\nThanks,\nJonas",
        "Login: admin / editor roles",
        "login: WooCommerce / WooSync",
        "User roles | Password policy | Settings\nadmin | strong | default\n",
        "password policy: at least 12 characters",
        "We use PHP 8.2 and MySQL 8.0 with cPanel 110",
        "I am logged in as admin in Chrome 121 and Firefox 122",
        "user: 42 action: 17 login failed for admin from 192.0.2.7, fail2ban bans him",
        '203.0.113.77 - - [01/Mar/2026:02:13:02 +0000] "POST /wp-login.php HTTP/1.1" 302',
        "palabras clave: factura, presupuesto, cobro",
        "https://x.example/?utm_campaign=pass_the_word&utm_term=token+based+login&mc=de069a4af6",
        "It isn't a token, it's a git hash: 946befb39f2a494032d0c2f98af521dc03b44843",
        "There's an option named auth_salt in wp_options (value empty). Do you make it?",
    ],
)
def test_talk_about_passwords_stays(text: str) -> None:
    assert redact(text, KEY).text == text


@pytest.mark.parametrize(
    ("text", "secret"),
    [
        ('The page has a password. The phrase is "odd bird behind the barn", with spaces.', "barn"),
        ("It asks for the staff password before anything shows. It's 228353. Digits only.", "2283"),
        ("The preview is locked, just type kestrelengine when it asks for a password.", "engine"),
        ("wp-admin access: crm-help/gingercandle\nThanks", "candle"),
        ("FTP login is tania and then 46verger (no blank)", "verger"),
        ("creds: bob // GirasolNaranjo? // https://x.example/wp-login.php", "Naranjo"),
        ("I changed the password, now from the old one to sauerteigspecht since he left", "specht"),
        ("https://bob:?z2?Y=x)}<bKNG1Q@x.example/", "KNG1"),
        ("Temporary password anchor barrel candle trumpet, valid until Thursday", "trumpet"),
    ],
)
def test_password_goes_for_its_place_alone(text: str, secret: str) -> None:
    assert secret not in redact(text, KEY).text


@pytest.mark.parametrize(
    "way",
    [
        "The code for the back office is {}.",
        "Type {} when it asks.",
        "When it asks, type {}.",
        "We changed it to {} after the intern left.",
        "You get in with {} until Friday.",
        "Exactly this: name siteadmin, then tab, then {} and Enter.",
        "So you can look yourself: office and {}.",
        "All one word: {}",
        "Mit {} kommen Sie rein.",
        "Wenn er fragt, {} eingeben.",
        "Unter der Tastatur steht {}.",
        "Der Code fürs Backend: {}",
        "Se entra con {}.",
        "Cuando lo pida, pon {}.",
        "Con {} ya estás dentro.",
        "La cambiamos por {} y ahora nadie entra.",
        "Ça marche avec {}.",
        "Quand il le demande, mettez {}.",
        "Le code du back-office : {}",
        "Nous l'avons changé en {} après le départ du stagiaire.",
        "Even the password you sent, {}, is not accepted.",
        "Password? {}",
        "Die Zugangsdaten sind kasse und {}",
        "I keep typing {} and it shakes",
        "Mot de pase : {}",
    ],
)
def test_password_goes_where_a_sentence_hands_it_over_without_the_word(way: str) -> None:
    values = ("kestrelengine", "Marmalade55", "vestry.spaniel.87", "bella2014", "BrassKettle")
    assert [value for value in values if value in redact(way.format(value), KEY).text] == []


@pytest.mark.parametrize(
    "text",
    [
        "Clientes clave: restaurantes y hoteles",
        "Passwort zurücksetzen funktioniert nicht, es kommt keine Mail.",
        "Mot de passe : (masqué) sur ma capture.",
        "My password, understandably, is not something I mail around.",
        "postfix: 4WTkPgGTSX8rB3H: to=<guest@example.org>, status=sent",
        "ebike;WTU614E96708Y;sold\nebike;(none);stock\nSecond line is refused.",
        "Le pasé openssl_decrypt(NULL, 'aes-256-cbc')",
        "ReferenceError: authToken is not defined at HTMLButtonElement.onclick (portail:214:5)",
        "Only one of them counts, WORMING10 , though both are 10 %.",
        "We changed it to weekly after the intern left.",
        "Type invoice when it asks for a document.",
        "The code for the portal page is broken.",
        "I get in with difficulty, it's simply overwritten.",
        "All lower case, please. Copy and paste, no blanks.",
        "Mein Neffe hat angefangen und mit Elementor kommen Sie rein.",
        "Se entra con Chrome y se abre con retraso.",
        "Ça marche avec Firefox, pas avec Safari.",
        'Spammers named like "xrumer8821" register every night.',
        "Imunify360 quarantined a file",
    ],
)
def test_what_is_handed_over_or_named_and_no_password_stays(text: str) -> None:
    assert redact(text, KEY).text == text


def test_the_verb_at_once_behind_the_word_ties_the_password_not_one_farther_on() -> None:
    said = 'the password is heron_19_cobble, all small letters." Says it once more.'
    assert "heron" not in redact(said, KEY).text


@pytest.mark.parametrize(
    "told",
    ["subject = password, user = bob", "The password is in the subject", "en el asunto, la clave"],
)
def test_password_in_the_subject_goes_if_the_body_says_that_it_is_there(told: str) -> None:
    subject, _ = redact_together(["FTPS kestrelmarmotte", f"Hi,\n{told}"], KEY)
    assert "marmotte" not in subject.text


def test_password_in_the_subject_is_known_by_what_the_body_says() -> None:
    subject, body = redact_together(
        ["2 sites, same login tulip-tiger-walnut", "Both use admin and tulip-tiger-walnut."], KEY
    )
    assert "walnut" not in subject.text + body.text


@pytest.mark.parametrize("joint", [" ", "\u00a0", "-", "\n"])
def test_application_password_goes_in_any_grouping_and_beside_words(joint: str) -> None:
    value = joint.join(["aB3d", "Ef4h", "Zk2l", "mnOp", "q7St", "uvWX"])
    assert "uvWX" not in redact(f"with {value} from bob", KEY).text


def test_dump_of_hex_groups_and_iban_stay() -> None:
    for text in ("0a1b 2c3d 4e5f 6071 8293 a4b5 c6d7 e8f9", "DE89 3704 0044 0532 0130 0000"):
        assert redact(text, KEY).text == text


def test_key_without_begin_or_end_goes_as_far_as_its_lines() -> None:
    lines = "\n".join("QUJDREVG" * 8 for _ in range(3))
    label = "RSA PRIVATE " + "KEY-----"
    for text in (f"-----BEGIN {label}\n{lines}\nIt stops here.", f"So:\n{lines}\n-----END {label}"):
        redacted = redact(text, KEY).text
        assert "QUJD" not in redacted
        assert redacted.startswith("So:") or redacted.endswith("It stops here.")
