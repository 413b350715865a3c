"""How people ask about the works, by field and kind of question. Imports nothing of the program."""

from __future__ import annotations

from bench.quality.site import Language

#: field → ways to ask for its value of the record {l}.
LOOK_UP: dict[str, dict[Language, tuple[str, ...]]] = {
    "hall": {
        "en": ("Which hall is {l} in?", "Where does {l} stand?"),
        "de": ("In welcher Halle steht {l}?",),
        "zh": ("{l}在哪个厂房？",),
    },
    "state": {
        "en": ("What is the state of {l}?", "What state is {l} in right now?"),
        "de": ("In welchem Zustand ist {l}?",),
        "zh": ("{l}现在是什么状态？",),
    },
    "temperature": {
        "en": ("What is the temperature of {l}?", "How hot is {l}?"),
        "de": ("Wie heiß ist {l}?", "Welche Temperatur hat {l}?"),
        "zh": ("{l}的温度是多少？", "{l}有多热？"),
    },
    "power": {
        "en": ("How much power does {l} take?", "What is the power of {l}?"),
        "de": ("Wie viel Leistung nimmt {l} auf?",),
        "zh": ("{l}的功率是多少？",),
    },
    "serviced": {
        "en": ("When was {l} last serviced?", "When did {l} have its last service?"),
        "de": ("Wann wurde {l} zuletzt gewartet?",),
        "zh": ("{l}上次保养是什么时候？",),
    },
    "supplier": {
        "en": ("Who supplied {l}?", "Which supplier is {l} from?"),
        "de": ("Wer ist der Lieferant von {l}?",),
        "zh": ("{l}的供应商是谁？",),
    },
    "status": {
        "en": ("What is the status of parcel {l}?", "How is it going with parcel {l}?"),
        "de": ("Welchen Status hat Paket {l}?",),
        "zh": ("包裹{l}的状态是什么？",),
    },
    "destination": {
        "en": ("Where does parcel {l} go?", "What is the destination of {l}?"),
        "de": ("Wohin geht das Paket {l}?",),
        "zh": ("包裹{l}寄往哪里？",),
    },
    "weight": {
        "en": ("How heavy is parcel {l}?", "What does {l} weigh?"),
        "de": ("Wie schwer ist Paket {l}?",),
        "zh": ("包裹{l}有多重？",),
    },
    "price": {
        "en": ("How much does parcel {l} cost?", "What is the price of {l}?"),
        "de": ("Was kostet Paket {l}?",),
        "zh": ("包裹{l}的价格是多少？",),
    },
    "due": {
        "en": ("When is parcel {l} due?", "On which day is {l} due?"),
        "de": ("Wann ist Paket {l} fällig?",),
        "zh": ("包裹{l}什么时候到期？",),
    },
    "note": {
        "en": ("What does the note on parcel {l} say?",),
        "de": ("Welcher Hinweis steht auf Paket {l}?",),
        "zh": ("包裹{l}的备注是什么？",),
    },
    "floor": {"en": ("On which floor is {l}?",), "de": ("In welchem Stockwerk liegt {l}?",), "zh": ("{l}在几楼？",)},
    "seats": {
        "en": ("How many seats does {l} have?", "How many people can sit in {l}?"),
        "de": ("Wie viele Sitzplätze hat {l}?",),
        "zh": ("{l}有多少个座位？",),
    },
    "area": {
        "en": ("How large is {l}?", "What is the area of {l}?"),
        "de": ("Wie groß ist {l}?",),
        "zh": ("{l}的面积是多少？",),
    },
    "projector": {"en": ("Does {l} have a projector?",), "de": ("Hat {l} einen Beamer?",), "zh": ("{l}有投影仪吗？",)},
}
IN_HALL: dict[Language, str] = {"en": "In hall {h}: {q}", "de": "In Halle {h}: {q}", "zh": "在{h}，{q}"}
#: Two fields of one record.
BOTH: dict[Language, str] = {
    "en": "What are the {a} and the {b} of {l}?",
    "de": "Wie sind {a} und {b} von {l}?",
    "zh": "{l}的{a}和{b}是多少？",
}
NAMES: dict[str, dict[Language, str]] = {
    "temperature": {"en": "temperature", "de": "Temperatur", "zh": "温度"},
    "power": {"en": "power", "de": "Leistung", "zh": "功率"},
    "weight": {"en": "weight", "de": "Gewicht", "zh": "重量"},
    "price": {"en": "price", "de": "Preis", "zh": "价格"},
    "destination": {"en": "destination", "de": "Zielort", "zh": "目的地"},
    "seats": {"en": "number of seats", "de": "Anzahl der Sitzplätze", "zh": "座位数"},
    "area": {"en": "area", "de": "Fläche", "zh": "面积"},
}
LIST: dict[str, dict[Language, tuple[str, ...]]] = {
    "state": {
        "en": ("Which machines are {v} in hall {h}?", "List the machines of hall {h} that are {v}."),
        "de": ("Welche Maschinen sind in Halle {h} {v}?",),
        "zh": ("{h}里哪些机器{v}？",),
    },
    "status": {
        "en": ("Which parcels to {c} are {v}?", "Name the parcels for {c} that are {v}."),
        "de": ("Welche Pakete nach {c} sind {v}?",),
        "zh": ("寄往{c}的包裹哪些{v}？",),
    },
    "floor": {
        "en": ("Which rooms are on floor {f}?", "What rooms do we have on floor {f}?"),
        "de": ("Welche Räume sind im Stockwerk {f}?",),
        "zh": ("{f}楼有哪些会议室？",),
    },
    "area": {
        "en": ("How large are the rooms on floor {f}?",),
        "de": ("Wie groß sind die Räume im Stockwerk {f}?",),
        "zh": ("{f}楼的会议室各有多大？",),
    },
}
COUNT: dict[str, dict[Language, tuple[str, ...]]] = {
    "status": {
        "en": ("How many parcels are {v}?", "How many {v} parcels are there?"),
        "de": ("Wie viele Pakete sind {v}?",),
        "zh": ("有多少包裹{v}？",),
    },
    "state": {
        "en": ("How many machines are {v} in hall {h}?",),
        "de": ("Wie viele Maschinen sind in Halle {h} {v}?",),
        "zh": ("{h}有多少机器{v}？",),
    },
    "projector": {
        "en": ("How many rooms have a projector?",),
        "de": ("Wie viele Räume haben einen Beamer?",),
        "zh": ("有多少会议室有投影仪？",),
    },
    "weight": {
        "en": ("What is the total weight of the {v} parcels?",),
        "de": ("Wie schwer sind die Pakete, die {v} sind, zusammen?",),
        "zh": ("{v}的包裹总重量是多少？",),
    },
    "power": {
        "en": ("What is the average power of the machines in hall {h}?",),
        "de": ("Wie hoch ist die durchschnittliche Leistung der Maschinen in Halle {h}?",),
        "zh": ("{h}机器的平均功率是多少？",),
    },
}
#: field → (highest, lowest).
EXTREME: dict[str, dict[Language, tuple[str, str]]] = {
    "temperature": {
        "en": ("Which machine in hall {h} is the hottest?", "Which machine in hall {h} is the coolest?"),
        "de": ("Welche Maschine in Halle {h} ist am heißesten?", "Welche Maschine in Halle {h} ist am kühlsten?"),
        "zh": ("{h}里哪台机器温度最高？", "{h}里哪台机器温度最低？"),
    },
    "power": {
        "en": (
            "Which machine in hall {h} takes the most power, and how much?",
            "Which machine in hall {h} takes the least power, and how much?",
        ),
        "de": (
            "Welche Maschine in Halle {h} nimmt die meiste Leistung auf, und wie viel?",
            "Welche Maschine in Halle {h} nimmt die wenigste Leistung auf, und wie viel?",
        ),
        "zh": ("{h}里哪台机器功率最高，是多少？", "{h}里哪台机器功率最低，是多少？"),
    },
    "weight": {
        "en": ("What is the heaviest {v} parcel?", "What is the lightest {v} parcel?"),
        "de": ("Welches Paket, das {v} ist, ist am schwersten?", "Welches Paket, das {v} ist, ist am leichtesten?"),
        "zh": ("{v}的包裹中哪个最重？", "{v}的包裹中哪个最轻？"),
    },
    "area": {
        "en": ("Which room is the largest, and how large is it?", "Which room is the smallest, and how large is it?"),
        "de": (
            "Welcher Raum ist am größten, und wie groß ist er?",
            "Welcher Raum ist am kleinsten, und wie groß ist er?",
        ),
        "zh": ("哪个会议室最大，面积多少？", "哪个会议室最小，面积多少？"),
    },
}
#: field → (which of two, whether the first has more than the second).
COMPARE: dict[str, dict[Language, tuple[str, str]]] = {
    "temperature": {
        "en": ("Which is hotter, {a} or {b}?", "Is {a} hotter than {b}?"),
        "de": ("Was ist heißer, {a} oder {b}?", "Ist {a} heißer als {b}?"),
        "zh": ("{a}和{b}哪个更热？", "{a}比{b}热吗？"),
    },
    "weight": {
        "en": ("Which parcel is heavier, {a} or {b}?", "Is parcel {a} heavier than {b}?"),
        "de": ("Welches Paket ist schwerer, {a} oder {b}?", "Ist Paket {a} schwerer als {b}?"),
        "zh": ("{a}和{b}哪个包裹更重？", "包裹{a}比{b}重吗？"),
    },
    "seats": {
        "en": ("Which has more seats, {a} or {b}?", "Does {a} have more seats than {b}?"),
        "de": ("Was hat mehr Sitzplätze, {a} oder {b}?", "Hat {a} mehr Sitzplätze als {b}?"),
        "zh": ("{a}和{b}哪个座位更多？", "{a}的座位比{b}多吗？"),
    },
}
NOTHING: dict[Language, tuple[str, ...]] = {
    "en": (
        "What will the weather be like tomorrow?",
        "Who won the match last night?",
        "Tell me a joke.",
        "What is the capital of Peru?",
    ),
    "de": ("Wie wird das Wetter morgen?", "Was ist die Hauptstadt von Peru?"),
    "zh": ("明天天气怎么样？", "秘鲁的首都是哪里？"),
}
