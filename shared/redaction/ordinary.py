"""Is this an ordinary word, such as people write behind "the password is"?"""

from __future__ import annotations

import re

STATES = """
redacted hidden entfernt geheim masked null none nil true false undefined empty leer vacío vide
required wrong falsch reset unknown secret see siehe voir ver véase same below above attached
unten oben ok okay yes no not n/a tbd missing password passwort kennwort contraseña clave mdp
string text wordpress jetpack woocommerce cpanel javascript mysql phpmyadmin oauth oauth2 2fa
expired changed correct field protected stored encrypted hashed visible login email e-mail mail
pflichtfeld pflichtangabe obligatorio obligatoria obligatoire requis requise requerido requerida
admin user username benutzer benutzername click please bitte usuario utilisateur identifiant
blurred censored obscured pixelated blanked ausgeblendet geschwärzt unkenntlich verpixelt zensiert
oculto oculta tapado tapada borrado borrada censurado censurada masqué masquée caché cachée flouté
floutée effacé effacée censuré supprimé supprimée
"""
FOLLOWING = """
constructor prototype namespace parameter
about access accepted account accounts again all already also alone always another anything app
automatic because been before being between blank both broken browser button can cached case
certain characters clear clearly client clients code common company complex contact contacts could
crm customer customers dashboard data default definitely different does done easy either else
enabled enough every everyone everything exactly extension false fine first forgotten form from
full gone good great have here holder host identical important inside internal invoice just known
later least length link local locked log long longer longish lost lower manager many maybe meant
member merely mine more must needed never newer next nobody none nonsense normal nothing nowhere
often once only open original other others ours output over page perhaps phone plain plugin portal
position private probably problem public quite random really refused right roughly safe sales same
saved secure secured security sent server service setting settings short simple site someone
something somewhere standard still strange strong sure system team temporary than that their them
then there these they thing this those today together tomorrow too typed ugly unchanged under
unique upper useless users valid very version visitor weak website week what whatever when where
which who within without work works wrong yesterday your yours invoices quotes found cheers thanks
thank thankyou regards greetings kind hello dear ask tell call signal whatsapp telegram sms
telefon telefonisch téléphone teléfono separat separately separado séparément bitwarden lastpass
1password keepass vault tresor onetimesecret dashlane folgt follows request requested anfrage
demande petición unverändert dito ditto idem wie like coming kommt voicemail sheet note notes
anbei anhang adjunto joint ticket chat fax post letter envelope brief the a an is are was it its
to of in on at by for and or not as be do if so but with i we he she me my our his her der die das
ein eine ist sind ich wir er sie es mit für von zu zum zur im am auf bei den dem des el la los las
un una son de del en por con se mi su y o le les une est et du par sur il elle je nous mon ma logo
menu empty nicht stars dots asterisks greek admin1 policy rules reset danke gruß grüße grüßen
viele hallo liebe vielen besten servus saludos gracias atentamente hola cordial merci cordialement
bonjour salutations grazie saluti obrigado groeten bedankt hälsningar aber alle alles auch aktuell
anders bekannt bereits besser bitte da dabei dafür danach dann darin darunter dass davon dazu dein
denn deshalb dieser dieses doch dort drin dumm durch ebenso eigentlich einfach einmal englisch
erst etwas euer fertig folgender folgendes frei gar gegen gestern gleich gut heute hier hinterlegt
ihnen immer irgendwie jedem jeder jedoch jetzt kaputt kein keine klar korrekt kurz lang leider
lokal meins mehr mein morgen nach natürlich neu nichts noch nochmal nun nur offen ohne passt
privat richtig schon schwach sehr sein seit selbe selber sicher sofort sonst stark steht stimmt
trotzdem und uns unser unklar verkehrt vermutlich vielleicht vom vorhanden wahr wahrscheinlich weg
weiter wieder wohl zeichen zufällig zurück zwar dieselbe dasselbe identisch ahora además algo
alguien anterior antes antigua aquella aquí así aunque bien bueno buena como compleja contraseñas
correcta correcto cuando debe débil demasiado desde después diferente distinta donde ella ellos
entonces errónea esta está este estos fácil fuerte hasta igual incorrecta inválida larga luego
mala mañana mejor misma mismo mucho muy nada nadie ninguna nueva nuevo nunca para pero porque
privada pronto propia pública pues que quien segura siempre sigue sin sólo también temporal
todavía todo única vacía válida vieja actuel actuelle ainsi alors après assez aucun aucune
aujourd'hui aussi autre avant avec bon bonne celle celui ceci cela chaque comme correct dans
demain depuis dernier différent donc encore enfin erroné exact expiré facile faible fausse faux
forte ici identique inconnu invalide jamais juste longue mauvais même mien mieux moins nouveau
nouvelle oublié parce parfois partout pourtant presque privé quand quelque rien sans seul
seulement solide souvent suivant temporaire toujours tous tout trop valable valide vide vieux
votre corretta corretto sbagliata sbagliato giusta errata scaduta stessa nuova sempre ancora
sicura errada incorreta correta mesma ainda verkeerd juist onjuist ongeldig verlopen altijd
hetzelfde nodig felaktigt fortfarande redacted removed purpose safety safely hidden omitted withheld
cut snipped blanked keeper enpass nordpass passbolt vaultwarden keychain schlüsselbund zettel papier
notebook cuaderno carnet enveloppe umschlag coffre caja fuerte pending provided supplied separate
you should would could must may might care take better get got make made take took come came went
pídemela pídemelo demandez-moi fragt frag keepassxc optional mandatory minimum maximum
"""
_STATES = frozenset(STATES.split())
"""Never a password, whatever ties them."""
_FOLLOWING = frozenset(FOLLOWING.split())
_ENDINGS = re.compile(
    r"(?:ge\w{2,10}(?:t|en)|\w*(?:ed|ing|ly|able|ible|ive|ful|less|ous|ent|ents|ant|ory|ary|ical|tion"
    r"|tions|ment|ness|ity|ish|ised|ized|lich|isch|bar|haft|iert|ung|ungen|heit|keit|ischen"
    r"|lichen|ado|ada|ados|adas|ido|ida|idos|idas|mente|ción|oso|osa|é|ée|és|ées|eux|euse|oire|[oó]ri[oa]s?"
    r"|ionné|[niu]elle|ato|ata|ito|ita|zione|ção|amento|lijk|baar|wijzigd))"
)


LONG = """
administrator administrators wordpress woocommerce screenshot screenshots background spreadsheet
understand everywhere everybody themselves ourselves yourselves otherwise therefore whatsoever
subscribers subscriber developer developers newsletter newsletters dashboards stylesheet workaround
placeholder placeholders shortcode shortcodes localhost webmaster bookkeeper marketplace mailchimp
cloudflare siteground thunderbird quickbooks bitwarden elementor phpmyadmin filezilla wordfence
multisite postgresql mysqldump permalinks changelog autocomplete autofill whitelist blacklist
letterhead freelancer freelancers receptionist researcher programmer photographer technician
colleagues treasurer volunteers neighbour underneath beforehand afterwards overnight altogether
whichever elsewhere throughout telephone smartphone languages computers interface knowledge
convertkit fluentsmtp updraftplus modsecurity jetbackup worldpay recaptcha googlemaps digitalocean
cualquiera impostazioni amministratore wachtwoord wachtwoorden adgangskode credentials angemeldet
filesystem statistics participants architects apprentice wholesalers professionnel professionnels
mindestens höchstens wenigstens spätestens normalerweise möglicherweise
alphanumeric uppercase lowercase
administrador administradora administrateur administratrice proveedores presupuesto actualizad
headquarters relationship membership customers contractor coordinator predecessor certificate
"""
_LONG = frozenset(LONG.split())
_LONG_ENDINGS = re.compile(
    r"\w*(?:ations?|ances?|ences?|ically|ships?|hood|wards?|wise|where|ever|sel(?:f|ves)|olog(?:y|ies)"
    r"|graph(?:s|y|ies|ers?)?|ators?|itors?|ectors?|ures?|isms?|ists?|i[sz]es?|ates?|ify|ifies|phones?|times?"
    r"|body|things?|people|books?|wares?|fields?|pages?|sites?|plugins?|users?|names?|words?|mails?"
    r"|ar(?:se|l[oae]s?|nos)?|er(?:se|l[oae]s?)?|ir(?:se|l[oae]s?)?|amos|emos|imos|áis|éis|aron|ieron"
    r"|aba[ns]?|ían?|iendo|iente|encias?|ancias?|dad(?:es)?|ajes?|ismos?|ic[oa]s?|iv[oae]s?|ari[oa]s?|torios?"
    r"|mientos?|(?:c|s|t|x)i[oó]n(?:es|s)?|ables?|ibles?|al(?:es|e)?|aux|eurs?|rices?|eurs?|ique[sr]?|istes?|aires?"
    r"|eries?|ièr?es?|ifs?|onne[sz]?|ez|ons|ont|ai[st]|aient|asse[sz]?|esses?|zz[ao]|mento|mente"
    r"|ier(?:en|t)|weise|äng\w*|[äöüß]\w*(?:e[nmrst]?|t|st))"
    r"|(?:über|unter|durch|wieder|zurück|irgend|zusammen|gegen|hin\w|heraus|herunter|hoch|weiter|aus|auf"
    r"|ein|vor|nach|ver|zer|be(?!rg)|ge|ent)\w*(?:e[nmrst]?|t|st)"
)


def is_long_word(value: str, *, sure: bool = False) -> bool:
    """Whether many letters are a word of a sentence all the same, in a customers' language."""
    value = value.lower()
    return value in _LONG or (not sure and _LONG_ENDINGS.fullmatch(value) is not None)


def is_ordinary(value: str) -> bool:
    """Whether it says how a password is, or where, and is none."""
    return value.lower() in _STATES


def is_common(value: str) -> bool:
    """Whether it is one of the words with which such sentences go on."""
    return value.lower() in _STATES or value.lower() in _FOLLOWING


def is_sentence_word(value: str) -> bool:
    """Whether a sentence about passwords may well go on with it: the word itself, or its ending."""
    return is_common(value) or _ENDINGS.fullmatch(value.lower()) is not None
