"""Which words in a text speak of a password, a token or a login? In the customers' languages."""

from __future__ import annotations

from enum import StrEnum


class Sign(StrEnum):
    """What a word in a text is a sign of."""

    PASSWORD = "password"  # noqa: S105  # a kind of word
    TOKEN = "token"  # noqa: S105  # likewise
    LOGIN = "login"


BLANK = "␣"
"""Stands for a blank within a word of the lists below."""
WHOLE = {
    Sign.PASSWORD: (
        "pwds pws psw pswd psswd pswrd pword pwrd p/w mdp m.d.p clave claves parola psk"
        " senha pasword paswort paswd pasahitza contrasenya geslo heslo şifre sifre parool парола"
        " paswrod pssword passowrd psswrd ww wpass safe␣location sicheren␣ort lugar␣seguro lieu␣sûr"
        " endroit␣sûr code␣d'accès code␣d’accès código␣de␣acceso codigo␣de␣acceso access␣code"
        " p.w p.w. p-word motdepasse mot␣de␣pase mot␣de␣pass mots␣de␣passe paßwort passwrot losung"
        " security␣word pasword passwrod passwod paswword kenwort kenntwort contrseña contraseá"
        " constraseña contaseña conraseña contrasña contrsena contasena pasvort"
        " salasana magic␣word zauberwort palabra␣mágica mot␣magique secret␣phrase"
    ),
    Sign.TOKEN: (
        "token tokens tokenu secret secrets secreto segreto segredo geheimnis jeton clé clés cle"
        " chave authtoken accesstoken refreshtoken apitoken idtoken secretaccesskey clientsecret"
        " consumersecret appsecret apisecret sharedsecret webhooksecret signingsecret jwt pat"
        " authorization proxy-authorization sleutel nyckel klucz chiave nøgle nøkkel klíč"
        " authtokens auth github-oauth clave␣api clave␣de␣api clave␣de␣la␣api"
    ),
    Sign.LOGIN: (
        "login logins log-in creds cred ftp ftps sftp ftpes ssh zugang wp-admin acceso accesos"
        " accès connexion access logged einloggen user username usuario utilisateur admin cpanel"
        " plesk eingeloggt konto connecter connectez loggen inloggen accesso utente usuário"
        " gebruiker zaloguj użytkownik användare bruger bruker přihlášení sign-in anmelden"
        " anmeldung entrar whm log␣in sign␣in logging␣in directadmin ispconfig account logon"
        " utilizador brukernavn filezilla winscp l/p u/p logowania логин log␣on logs␣in backend"
        " back-end adminbereich administrator administrador administrateur htaccess htpasswd"
        " basicauth basic-auth basic␣auth http␣auth verzeichnisschutz directory␣protection get␣in"
        " gets␣in getting␣in way␣in let␣you␣in lets␣you␣in get␣you␣in gets␣you␣in inloggning smtp"
        " imap wp-login.php phpmyadmin here␣you␣go asks␣for pop-up popup datenbank database"
        " zapier rest locked␣out don't␣share don’t␣share do␣not␣share kommt␣mit kommen␣mit"
        " entrad␣con entra␣con entráis␣con entre␣con entrez␣avec meldet␣euch melden␣sie␣sich"
        " db adminer codes upload␣account superuser super-admin webdav nextcloud kopplung"
        " wordpress wp to␣open zum␣öffnen para␣abrir pour␣ouvrir unlock entsperren unzip entpacken"
    ),
}
"""Count as words of their own, or as the last part of a name (`db_pwd`)."""
CHANGED = (
    "new␣one old␣one mine␣is hers␣is his␣is neue␣ist alte␣war nueva␣es nouveau␣est ancien␣était"
    " and␣the␣year and␣year plus␣the␣year and␣her␣birthday and␣his␣birthday und␣das␣jahr und␣jahr"
    " und␣geburtstag y␣el␣año et␣l'année the␣word das␣wort la␣palabra le␣mot changed␣it"
    " changed␣mine changed␣hers changed␣his changed␣that reset␣it set␣it␣to switched␣it made␣it"
    " renamed␣it it's␣now it’s␣now it␣is␣now geändert umgestellt lo␣cambié la␣cambié"
    " lo␣he␣cambiado la␣he␣cambiado lo␣hemos␣cambiado l'ai␣changé l’ai␣changé l'ai␣remplacé"
    " l’ai␣remplacé l'avons␣changé l'ho␣cambiata l'ho␣cambiato"
)
"""What was changed may be a password, where access is spoken of."""
FIELDS = (
    "second␣box second␣field second␣line other␣box lower␣box lower␣field bottom␣box bottom␣field"
    " box␣below field␣below zweites␣feld zweite␣feld zweiten␣feld unteres␣feld untere␣feld"
    " unteren␣feld zweite␣zeile zweiten␣zeile segundo␣campo segunda␣casilla campo␣de␣abajo"
    " casilla␣de␣abajo deuxième␣champ deuxième␣case second␣champ seconde␣case champ␣du␣bas"
    " case␣du␣bas secondo␣campo"
)
"""Where a password is typed into; likewise."""
MADE_OF = (
    "dog's␣name dog’s␣name cat's␣name cat’s␣name pet's␣name pet’s␣name name␣of␣the␣dog"
    " name␣of␣the␣cat name␣of␣our␣dog name␣of␣our␣cat daughter's␣name son's␣name wife's␣name"
    " daughter’s␣name son’s␣name wife’s␣name name␣and␣the␣year name␣plus maiden␣name birth␣year"
    " year␣of␣birth unseres␣hundes meines␣hundes hundename unserer␣katze meiner␣katze mädchenname"
    " geburtsjahr nuestro␣perro nuestra␣perra mi␣perro mi␣perra mi␣gato mi␣gata nuestro␣gato"
    " nuestra␣gata apellido␣de␣soltera año␣de␣nacimiento notre␣chien notre␣chat mon␣chien mon␣chat"
    " nom␣de␣jeune␣fille année␣de␣naissance"
)
"""What people make passwords of."""
GETTING_IN = (
    "gets␣you␣past gets␣me␣past get␣past before␣it␣shows sticky␣note post-it postit zettel"
    " haftnotiz nota␣adhesiva pósit lastpass keepass bitwarden sign-up sign␣up signed␣up"
    " registered␣with registriert registré inscrit encrypted␣with opens␣with opens␣it unlocks"
    " to␣extract to␣see␣the␣page reinschauen rein reinkommen melde␣mich meldet␣sich yourself␣in"
    " entro entra␣con entran␣con para␣ver␣la␣página me␣connecte se␣connecte pour␣voir␣la␣page"
    " usual␣one the␣usual wie␣immer wie␣üblich das␣übliche la␣de␣siempre el␣de␣siempre"
    " comme␣d'habitude comme␣toujours l'habituel no␣match swears guest vpn router mail␣server"
    " is␣protected is␣locked gesperrt geschützt protegida protegido protégé protégée bloqueada"
    " bloqueado verrouillé verrouillée in␣either wrong␣credentials it␣wants monitor␣says"
    " lets␣me␣in let␣me␣in lets␣us␣in let␣us␣in lets␣her␣in lets␣him␣in takes␣you␣in pour␣entrer"
    " pour␣accéder pour␣se␣connecter"
)
"""How people speak of getting in where they name no password."""
BEGINNINGS = {
    Sign.PASSWORD: (
        "passord codewor losungsw losenord adgangskode kodeord salasan hasło hasla hasłem haslo"
        " jelsz lozink парол パスワード 密码 密碼 비밀번호"
        " pass␣word pass-word pass␣phrase secret␣word mot-de-passe palavra-passe"
        " κωδικ zugangscode zugriffscode zugangswort"
    ),
    Sign.LOGIN: (
        "zugangsdaten anmeldedaten credential credencial identifiant benutzer inloggegevens"
        " credenzial logindaten ftp-zug kullanıcı dane logow"
    ),
}
"""Count where a word begins so."""
INSIDE = {
    "zugang": Sign.LOGIN,
    **dict.fromkeys(["🔑", "🔐", "kennw", "contrase", "wachtw", "lösenord"], Sign.PASSWORD),
    **dict.fromkeys(["schlüssel", "token", "sleutel", "nyckel", "geheimnis"], Sign.TOKEN),
}
"""Count wherever they stand in a word."""
KEY_OF = (
    "api auth access client consumer secret private security shared signing refresh bearer app rest"
    " live test bot encryption webhook account license_server"
)
"""`key` counts after a word that says of what."""
SALTS = (
    "salt salts auth_key auth_salt nonce_key nonce_salt logged_in_key logged_in_salt"
    " wp_cache_key_salt prikey auth␣key auth␣keys auth-key auth-keys auth_keys nonce␣key wp-config"
    " wp-config.php security␣keys secret␣keys"
    " clés␣de␣sécurité claves␣de␣seguridad sicherheitsschlüssel"
)
"""Parts of the names of WordPress's own secrets."""
JOINTS = ("", " ", "_", "-")
_OF_PAIRS = "cred log zugangsd anmelded acces accès identif inlog conne sign filez winscp l/p u/p"
PAIRS = tuple(_OF_PAIRS.split())
"""Words for a login that begin so are followed by name and password, not by one of them."""
_NAMES_OF_ACCESS = (
    "db ftp sftp ssh user usr smtp imap mysql sql admin adm wp root mail my login app host web"
    " panel cpanel default new old auth basic http proxy redis api master site server temp tmp"
    " your the pg postgres ldap vpn wifi backup pma database"
)
PASS_BEFORE = tuple(_NAMES_OF_ACCESS.split())
"""`pass` counts behind these in one word (`dbpass`); behind others it is a compass."""
