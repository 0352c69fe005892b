"""Which phrases hand over access, though no word in them says password? In four languages."""

from __future__ import annotations

from shared.redaction.words import BLANK


def _listed(words: str) -> frozenset[str]:
    return frozenset(word.replace(BLANK, " ") for word in words.split())


TYPED_NEXT = _listed(
    "when␣it␣asks if␣it␣asks when␣he␣asks when␣asked if␣asked when␣prompted if␣prompted"
    " when␣it␣prompts when␣the␣box when␣the␣window when␣the␣page␣asks when␣the␣site␣asks"
    " it␣will␣ask it'll␣ask it’ll␣ask it␣asks␣you when␣it␣wants then␣tab press␣tab hit␣tab"
    " tab␣then tab␣and tab, tab-taste tabulator tabulatortaste tabulador tabulation tab␣key"
    " wenn␣es␣fragt wenn␣er␣fragt wenn␣sie␣fragt wenn␣gefragt wenn␣sie␣gefragt bei␣der␣abfrage"
    " wenn␣das␣fenster wenn␣er␣was␣will wenn␣es␣verlangt wenn␣er␣danach␣fragt"
    " wenn␣danach␣gefragt cuando␣lo␣pida cuando␣lo␣pide si␣lo␣pide cuando␣pregunte si␣pregunta"
    " si␣te␣lo␣pide cuando␣te␣lo␣pida cuando␣la␣pida cuando␣se␣lo␣pida si␣la␣pide"
    " quand␣il␣demande quand␣ça␣demande quand␣on␣vous␣demande s'il␣demande si␣ça␣demande"
    " s’il␣demande si␣on␣vous␣demande quand␣il␣le␣demande quand␣il␣vous␣demande si␣on␣demande"
    " the␣other␣thing bottom␣box lower␣box second␣box other␣box bottom␣field second␣line"
    " second␣field unteres␣feld zweites␣feld zweite␣zeile segundo␣campo segunda␣casilla"
    " deuxième␣champ deuxième␣case seconde␣ligne back␣office␣code back-office␣code staff␣code"
    " entry␣code door␣code gate␣code unlock␣code members'␣code guest␣code login␣code log-in␣code"
    " admin␣code access␣word entry␣word eingangscode türcode einlasscode zutrittscode"
    " freischaltcode mitarbeitercode código␣de␣entrada código␣del␣panel código␣de␣la␣puerta"
    " palabra␣de␣paso palabra␣de␣acceso code␣d'entrée code␣d’entrée code␣de␣la␣porte mot␣d'accès"
    " mot␣d’accès sésame santo␣y␣seña losungswort stichwort schlüsselwort parole␣ist pin pins"
    " pin-code pincode pin␣code code␣pin don't␣tell don’t␣tell keep␣this␣to␣yourself"
    " keep␣it␣to␣yourself between␣us just␣between between␣you␣and␣me nicht␣weitersagen"
    " bitte␣vertraulich unter␣uns no␣se␣lo␣digas no␣lo␣digas entre␣nosotros que␣quede␣entre"
    " ne␣le␣dites ne␣dites entre␣nous gardez-le␣pour on␣the␣monitor under␣the␣keyboard"
    " the␣sticker am␣monitor unter␣der␣tastatur aufkleber en␣el␣monitor debajo␣del␣teclado"
    " bajo␣el␣teclado pegatina sous␣le␣clavier sur␣l'écran look␣yourself look␣for␣yourself"
    " see␣yourself see␣it␣yourself see␣for␣yourself have␣a␣look check␣yourself"
    " check␣for␣yourself look␣around try␣it␣yourself selbst␣nachsehen zum␣nachsehen"
    " selbst␣schauen selbst␣sehen zum␣schauen zum␣anschauen selber␣schauen zum␣testen"
    " selbst␣ausprobieren lo␣veas␣tú␣mismo lo␣vea␣usted para␣mirar lo␣veas lo␣vean"
    " para␣que␣mires para␣probar voir␣vous-même pour␣regarder pour␣voir vérifier␣vous-même"
    " pour␣tester all␣one␣word all␣in␣one␣word written␣as␣one␣word all␣lower␣case all␣lowercase"
    " all␣small␣letters alles␣klein alles␣zusammengeschrieben alles␣zusammen zusammengeschrieben"
    " in␣einem␣wort todo␣junto todo␣en␣minúsculas en␣minúsculas tout␣attaché en␣un␣seul␣mot"
    " tout␣en␣minuscules en␣minuscules dog␣and␣the␣year cat␣and␣the␣year plus␣her␣year"
    " plus␣his␣year and␣the␣year and␣her␣year and␣his␣year plus␣the␣year und␣das␣jahr"
    " und␣jahrgang plus␣jahr más␣el␣año et␣l'année et␣l’année plus␣l'année plus␣l’année"
    " behind␣a␣word ein␣wort una␣palabra un␣mot the␣word␣is das␣wort␣ist la␣palabra␣es"
    " le␣mot␣est let␣yourself␣in word␣first perro␣y␣el␣año gato␣y␣el␣año gata␣y␣el␣año"
    " perra␣y␣el␣año gefragt␣werden und␣zusammen gets␣you␣into wants␣a␣word l'autre␣est"
    " l'autre␣c'est das␣andere␣ist lo␣otro␣es a␣nadie à␣personne clavier␣il␣y␣a clavier␣est"
)
"""A password that may be any word follows them."""
CODES = _listed(
    "code␣for code␣to code␣of word␣for word␣to pin␣for key␣to door␣to code␣für code␣fürs"
    " code␣zum code␣zur code␣vom wort␣für wort␣fürs code␣ins código␣para código␣de código␣del"
    " palabra␣para clave␣para code␣pour code␣du code␣de mot␣pour code␣d'accès"
)
"""Likewise, where they go on with a place that one gets into."""
TYPED_BEFORE = _listed(
    "when␣it␣asks if␣it␣asks when␣asked when␣prompted if␣asked when␣the␣box when␣it␣prompts"
    " when␣the␣window when␣he␣asks when␣it␣wants if␣prompted wenn␣es␣fragt wenn␣er␣fragt"
    " wenn␣gefragt wenn␣sie␣gefragt bei␣der␣abfrage cuando␣lo␣pida cuando␣pregunte"
    " cuando␣te␣lo␣pida si␣lo␣pide quand␣il␣demande quand␣ça␣demande s'il␣demande"
    " quand␣on␣vous␣demande quand␣il␣le␣demande you␣are␣in you're␣in you’re␣in ya␣estás␣dentro"
    " vous␣y␣êtes sind␣sie␣drin bist␣du␣drin sind␣drin kommen␣sie␣rein kommst␣du␣rein"
    " kommt␣ihr␣rein komme␣ich␣rein kommt␣man␣rein lets␣you␣in let␣you␣in lets␣us␣in gets␣you␣in"
    " gets␣you␣past gets␣me␣in all␣one␣word all␣in␣one␣word one␣word all␣lower␣case lower␣case"
    " all␣lowercase all␣small␣letters all␣in␣small capital␣letter␣at capital␣at␣the alles␣klein"
    " alles␣kleingeschrieben kleingeschrieben zusammengeschrieben todo␣en␣minúsculas"
    " en␣minúsculas todo␣junto tout␣en␣minuscules en␣minuscules tout␣attaché eintippen"
    " para␣entrar pour␣entrer zum␣anmelden zum␣einloggen to␣get␣in to␣log␣in to␣sign␣in"
    " in␣the␣second in␣the␣lower"
)
"""One that somebody typed stands in front of them."""
MADE_NEXT = _listed(
    "changed␣them␣to it␣used␣to␣be for␣now␣it␣is for␣now␣it's we␣all␣use everybody␣uses"
    " everyone␣uses everyone␣types everybody␣types all␣type told␣me␣to␣use set␣you␣up made␣you"
    " set␣it␣up␣with set␣up␣with my␣nephew my␣son my␣niece the␣agency the␣intern they␣use"
    " he␣used she␣used you␣need ten␣times logs␣you␣in zip␣needs file␣needs doesn't␣like"
    " does␣not␣like won't␣take doesn't␣take geändert␣auf vorher␣war␣es früher␣war␣es nehmen␣alle"
    " alle␣nehmen tippen␣alle büro␣tippen mein␣neffe die␣agentur versuchen␣sie␣es␣mit"
    " versuchen␣sie probier␣mal probieren␣sie nimm␣mal ein,␣dann auf␣mit zugang␣gemacht angelegt"
    " eingerichtet ist␣jetzt␣auf umgestellt␣auf hat␣überall antes␣era todos␣usan mi␣sobrino"
    " mi␣hijo la␣agencia␣nos prueba␣con con␣el␣usuario he␣metido he␣puesto he␣entrado"
    " le␣he␣puesto te␣he␣hecho no␣me␣coge no␣acepta no␣coge lo␣dejó␣en avant␣c'était"
    " avant␣c’était utilisons mon␣neveu mon␣fils l'agence l’agence essayez␣avec j'ai␣tapé"
    " j’ai␣tapé prend␣plus j'ai␣remis j’ai␣remis ai␣créé lo␣cambiamos␣a la␣cambiamos␣a"
    " lo␣cambié␣a la␣cambié␣a lo␣cambiaron␣a la␣cambiaron␣a lo␣cambiamos␣por la␣cambiamos␣por"
    " la␣cambié␣por shared␣one␣is team␣one␣is admin␣one␣is mine␣is hers␣is"
    " welcome␣mail␣there␣was mail␣said sent␣me you␣emailed␣me little␣window␣opens always␣been"
    " as␣always meins␣ist gemeinsames␣ist lautet begrüßungsmail␣stand war␣immer wie␣immer"
    " mir␣geschickt karteikarte␣steht zettel␣steht la␣mía␣es la␣de␣todos␣es la␣del␣panel␣es"
    " la␣nueva␣es siempre␣ha␣sido la␣de␣siempre bienvenida␣venía la␣tarjeta␣pone le␣mien␣est"
    " celui␣de␣tous␣est le␣nouveau␣est toujours␣été comme␣toujours la␣fiche␣il␣y␣a"
    " la␣fenêtre␣grise ça␣passe␣avec bienvenue␣il␣y␣avait key␣in je␣saisis tecleo ich␣tippe"
    " i␣answer großbuchstabe mayúscula majuscule note␣the␣capital capital␣letter answer␣is"
    " wifi␣is wlan spelled"
)
"""A password that looks like one, of joined words or with digits, follows them."""
MADE_BEFORE = _listed(
    "opens␣the opens␣it doesn't␣open does␣not␣open for␣the␣admin for␣the␣dashboard"
    " for␣the␣wordpress for␣the␣login for␣the␣portal for␣the␣backend for␣all␣of␣them ten␣times"
    " a␣hundred␣times hundred␣times three␣times many␣times several␣times is␣wrong is␣incorrect"
    " is␣refused is␣rejected still␣right no␣longer␣works too␣weak and␣told␣nobody on␣the␣login"
    " for␣now until␣friday und␣sind␣drin komme␣ich␣nicht öffnet␣den öffnet␣die öffnet␣das"
    " müsste␣funktionieren wird␣nicht␣mehr␣angenommen nicht␣mehr␣an stimmt␣angeblich zehnmal"
    " geändert zurückgesetzt genommen eingestellt rein gegeben ya␣no␣vale ya␣no␣entra diez␣veces"
    " en␣todo abre␣la abre␣el de␣momento para␣el␣panel ya␣no␣funciona no␣vale ne␣passe␣plus"
    " ne␣marche␣plus dix␣fois ouvre␣l'espace ouvre␣la ouvre␣le partout pour␣l'instant"
    " pour␣le␣tableau est␣refusé no␣blank no␣blanks no␣spaces without␣spaces ohne␣leerzeichen"
    " sin␣espacios sans␣espace underneath darunter no␣capitals gets␣you␣into"
)
"""Such a one stands in front of them."""
ENTERED_NEXT = _listed(
    "get␣in␣with gets␣in␣with in␣with log␣on␣with logged␣on␣with logs␣in␣with logged␣in␣with"
    " log␣in␣with sign␣in␣with signs␣in␣with signed␣in␣with signing␣in␣with logging␣in␣with"
    " opens␣with opened␣with locked␣with unlocks␣with protected␣with access␣is␣with"
    " changed␣it␣to changed␣mine␣to changed␣that␣to switched␣it␣to changed␣hers␣to"
    " changed␣his␣to reset␣it␣to reset␣hers␣to reset␣his␣to reset␣mine␣to reset␣that␣to"
    " put␣it␣back␣to kommen␣sie␣mit kommst␣du␣mit rein␣mit geht␣mit öffnet␣sich␣mit"
    " angemeldet␣mit mich␣mit zurückgesetzt␣auf se␣entra␣con entra␣con entras␣con entráis␣con"
    " entran␣con entro␣con entrar␣con entrado␣con se␣abre␣con ça␣marche␣avec marche␣avec"
    " s'ouvre␣avec s’ouvre␣avec entrez␣avec entre␣avec entrer␣avec l'avons␣changé l’avons␣changé"
    " l'a␣changé l’a␣changé l'ai␣changé l’ai␣changé"
)
"""Such a one, or any word in quotes, or a number."""
SIGNED_NEXT = _listed(
    "entered i␣type we␣type takes rejects accepts nimmt dazu ihn␣auf set␣it␣to gave␣me gave␣us"
    " prueba pruebe usamos pon puse escribe utilise il␣faut tapez mettez essayez types"
    " keyword␣is keyword␣for office␣types lo␣cambiamos la␣cambiamos"
)
"""One with digits, as these lead to all sorts of things."""
BELOW_NEXT = _listed(
    "underneath below␣it below␣that lower␣one darunter unten abajo debajo dessous en␣bas bottom"
    " lower␣box second␣one dahinter danach"
)
"""One with digits; behind what stands above, any that looks made."""
CUES = TYPED_NEXT | CODES | TYPED_BEFORE | MADE_NEXT | MADE_BEFORE | ENTERED_NEXT | SIGNED_NEXT
CUES |= BELOW_NEXT
"""All of them, for the one who goes through the text."""
