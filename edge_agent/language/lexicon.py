"""Closed word lists of the three languages, folded (no accents, lower case). Chinese: characters or phrases."""

from __future__ import annotations

from typing import Final


def _set(text: str) -> frozenset[str]:
    return frozenset(text.split())


ENGLISH: Final = _set("""
a about above according after again all along also although am an and any are as at be because been before being below
between both but by can could did do does doing down during each either else every few for from further had has have
having he her here hers him his how however i if in into is it its itself just like many may me might more most much
must my of off on once only onto or other our out over own per please same shall she should since so some such than
that the their theirs them then there these they this those through thus to too toward towards under until up upon us
was we were what when where whether which while who whom whose why will with within would you your yours respectively
s t
""")
GERMAN: Final = _set("""
aber alle allem allen aller alles als also am an auch auf aus bei beide beiden beim bin bis bist da dabei dadurch
dafur dagegen daher damit danach dann dar daran darauf daraus darin das dass davon dazu dem den denen denn der deren
des dessen die dies diese diesem diesen dieser dieses doch dort du durch ein eine einem einen einer eines er es etwa
fur gegen gibt hat hatte hatten haben ich ihm ihn ihnen ihr ihre ihrem ihren ihrer im in ins ist ja je jede jedem
jeden jeder jedes kann konnen laut man mehr mein mit nach noch nun nur ob oder pro sehr sein seine seinem seinen
seiner seit sich sie sind so sowie uber um und uns unter viel viele vielen vom von vor wahrend war waren was wegen
weil welche welchem welchen welcher welches wenn wer werden wessen wie wieviel wird wo wobei worden wurde wurden zu
zum zur zwischen liegt betragt lautet wir uns mich mir dir dich euch hier bereits schon gerade jetzt dies jenes jene
jener sonst
""")
#: Words that an answer may use whatever the facts: they claim nothing.
ANSWER: Final = _set("""
answer answers amount amounts altogether available asked based belong belongs come comes currently current data date
dated datum day details entry entries equal equals exactly exist exists fact facts field find following found given
gives happened information item items kind list listed listing match matches matching measured name named names
namely number numbers occurred occurs overall provided question record recorded records reported reports respective
result results row rows said second show showing shown shows stand stands state stated sum summary table tell term
terms time times today total totaling totals totalling type unit units value values year month week hour hours
minutes stood made registered counted count remain remains remaining reached reaches angabe angaben anzahl antwort
aktuell aktuelle aktuellen derzeit daten eintrag eintrage ergebnis ergebnisse erfasst folgende folgenden folgendes
frage gefunden gefundene gemass gesamt gesamte gesamten gesamtzahl insgesamt genau betragen belauft gehort gehoren
heisst liegen lauten momentan name namen steht stehen summe tag uhr wert werte zahl zeigt zeit zeitpunkt datensatz
datensatze vorhanden treffer gemessen gemeldet weist entspricht namlich handelt zurzeit zeile zeilen verzeichnet
angegeben gezahlt aufgefuhrt existiert existieren summarised reads weitere weiteren gezeigt angezeigt
""")
NEGATIONS: Final = _set("""
not no never none neither nor nobody nothing nowhere without cannot unknown unavailable unspecified undefined missing
isn aren wasn weren doesn don didn hasn haven hadn won wouldn couldn shouldn ain lacks lacking unclear unsure
undetermined unable fails except nicht nie niemals nichts niemand kein keine keinem keinen keiner keines keinerlei
ohne weder unbekannt unklar fehlt fehlen fehlend nein unbestimmt
""")
NEGATIONS_ZH: Final = ("没有", "沒有", "并非", "未知", "不明", "不详", "无法", "没", "不", "未", "无", "非", "否")
#: Words that hold a negating character and negate nothing.
HARMLESS_ZH: Final = (
    "不过",
    "不仅",
    "不同",
    "不但",
    "无论",
    "除非",
    "非常",
    "是否",
    "未来",
    "是不是",
    "有没有",
    "不足",
)
YES: Final = _set("yes yeah yep correct indeed true right ja jawohl richtig stimmt")
NO: Final = _set("no nope incorrect false wrong nein falsch")
YES_ZH: Final = ("是的", "对的", "对，", "有的", "是，", "是。", "可以，")
NO_ZH: Final = ("不是", "不，", "不对", "没有，", "否，", "否。", "不。", "不会")
#: Claims that depend on a day which the facts don't hold.
RELATIVE: Final = _set("""
yesterday today tomorrow tonight recently soon ago gestern heute morgen kurzlich neulich bald ubermorgen vorgestern
""")
RELATIVE_ZH: Final = ("昨天", "今天", "明天", "最近", "昨日", "今日", "明日")
HIGHEST: Final = _set("""
highest largest biggest greatest most maximum max top longest heaviest hottest fastest busiest latest newest hochste
hochsten hochster hochstes grosste grossten grosster grosstes meiste meisten maximal maximale langste langsten
schwerste neueste neuesten spateste spatesten starkste starksten teuerste teuersten dearest expensive warmest
tallest deepest widest strongest farthest furthest priciest fullest warmste warmsten heisseste heissesten schnellste
schnellsten
""")
LOWEST: Final = _set("""
lowest smallest least fewest minimum min shortest lightest coldest slowest earliest oldest cheapest niedrigste
niedrigsten niedrigster kleinste kleinsten kleinster geringste geringsten geringster wenigste wenigsten minimal
minimale kurzeste kurzesten leichteste alteste altesten fruheste fruhesten gunstigste gunstigsten billigste
billigsten coolest weakest narrowest shallowest nearest emptiest kalteste kaltesten langsamste langsamsten
""")
#: Superlatives that don't say of which end: they pass only as the question's own words.
VAGUE: Final = _set("best worst beste besten bester schlechteste schlechtesten bottleneck")
HIGHEST_ZH: Final = ("最高", "最大", "最多", "最长", "最新", "最晚", "最重", "最快", "最热", "最贵")
LOWEST_ZH: Final = ("最低", "最小", "最少", "最短", "最早", "最旧", "最轻", "最慢", "最冷", "最便宜")
VAGUE_ZH: Final = ("最好", "最差", "最佳")
GREATER: Final = _set("""
higher greater larger bigger exceeds exceed exceeded above over longer heavier later newer faster hotter more hoher
hohere grosser grossere uber mehr langer spater schwerer schneller ubersteigt warmer taller deeper wider stronger
farther further dearer pricier fuller heisser teurer
""")
LESS: Final = _set("""
lower smaller less fewer below under shorter lighter earlier older slower colder cheaper niedriger niedrigere
kleiner kleinere weniger unter kurzer fruher leichter langsamer geringer cooler weaker narrower nearer emptier
kalter gunstiger billiger
""")
GREATER_ZH: Final = ("高于", "大于", "超过", "多于", "长于", "晚于", "更高", "更大", "更多", "更长")
LESS_ZH: Final = ("低于", "小于", "少于", "不到", "短于", "早于", "更低", "更小", "更少", "更短", "不足")
#: "More than", "über": a comparison only with this after it (or as a comparative adjective).
THAN: Final = _set("than als")
AT_LEAST: Final = _set("least mindestens wenigstens minimum")
AT_MOST: Final = _set("most hochstens maximal maximum")
ABOUT: Final = _set("about approximately around roughly circa ca approx nearly almost etwa rund ungefahr knapp zirka")
ABOUT_ZH: Final = ("约", "大约", "大概", "左右", "近")
#: Han characters that answers use whatever the facts.
ANSWER_ZH: Final = frozenset(
    "的了是在有为和与及或共计总合其它他她们这那此该个件条名位台辆张家次笔份项间座种箱只人天年月日号时分秒点周期星上下午早晚间"
    "根据记录数据显示结果如以所示目前当前现在已经被把由从到至对于关于按照而且并也都就则即等于达约左右大概"
    "值量数字额度平均最高低大小多少长短新旧晚更比较超过于不没未无非一二第每均内外中前后间"
    "答案问题请您好我你吗呢吧啊哪什么谁怎样查询找相关信息内容名称编号状态时间日期单位进行处能可会要将已还只仅含包括分别依次以及"
    "各分别否请注意知道可以能够显现存列表条目全部所有具体情况属位处来自给出说明确实际元个它写作做得着过去起出开始结束"
)
STARTERS: Final = _set("""
yes no there the it its they this these that those here according based currently okay sure well hi hello hey thanks
great good dear certainly absolutely please note hallo guten gerne klar naturlich sicher bitte danke
""")
#: Of the comparatives, those that mean something else without "than" or a number.
ALSO_PREPOSITIONS: Final = _set("further above over below under more less fewer uber mehr weniger unter later spater")
POLAR_ENGLISH: Final = _set("is are was were do does did has have had can could will would should am")
POLAR_GERMAN: Final = _set("""
ist sind war waren hat haben hatte wird werden wurde wurden kann konnen gibt liegt liegen steht gab darf ubersteigt
uberschreitet laufen lauft
""")
POLAR_ZH: Final = ("吗", "是否", "是不是", "有没有", "能否")
#: At the start of a clause: it goes on about the same record.
PRONOUNS: Final = _set("it its they their that this he his she her es er sie sein seine ihr ihre das dies diese dieser")
#: Claims of a mean: they pass only where one was computed, or in the question's own words.
AVERAGES: Final = _set("average averages averaging mean median durchschnitt durchschnittlich mittelwert mittel")
AVERAGES_ZH: Final = ("平均", "均值")
#: Claims that two are one, which no field holds.
SAMENESS: Final = _set(
    "same identical alike equal equally gleich gleiche gleichen derselbe dieselbe dasselbe identisch"
)
SAMENESS_ZH: Final = ("相同", "一样", "同一")
#: Numbers that aren't read, and what counts or divides without one.
UNREAD: Final = _set("""
thirteen fourteen fifteen sixteen seventeen eighteen nineteen twenty thirty forty fifty sixty seventy eighty ninety
hundred hundreds thousand thousands dozen dozens half halves double doubled twice thrice triple tripled several
numerous dreizehn vierzehn funfzehn sechzehn siebzehn achtzehn neunzehn zwanzig dreissig vierzig funfzig sechzig
siebzig achtzig neunzig hundert tausend dutzend halfte halb doppelt dreifach mehrere zahlreiche dreißig
""")
UNREAD_ZH: Final = frozenset("二两三四五六七八九十百千万亿倍半几")
#: Han characters that no text in another language holds by way of a name.
FUNCTION_ZH: Final = frozenset("的了是在有为吗呢哪什么多少和与")
