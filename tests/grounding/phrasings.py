# ruff: noqa: E501 (tables of phrases)
"""Five ways to ask and five ways to answer, in three languages. Imports nothing of the program."""

from __future__ import annotations

from tests.grounding.domains import Language

#: kind of question → language → questions. {a}: the attribute, {da}: with its German article, {n}: the noun, {ns}: plural.
ASKS: dict[str, dict[Language, tuple[str, ...]]] = {
    "look_up": {
        "en": ("What is the {a} of {l}?", "Can you tell me the {a} for {n} {l}?", "{l}: what is its {a}?",
               "I'd like to know the {a} of {n} {l}.", "hi, {a} of {l} please"),
        "de": ("Was ist {da} von {l}?", "Wie lautet {da} für {n} {l}?", "{l}: wie ist hier {da}?",
               "Ich wüsste gern, was {da} von {n} {l} ist.", "Bitte {a} von {l} nennen"),
        "zh": ("{l}的{a}是多少？", "请告诉我{n}{l}的{a}。", "{l}，它的{a}是什么？", "我想知道{l}的{a}。", "查一下{n}{l}的{a}"),
    },
    "two": {
        "en": ("What are the {a} and the {b} of {l}?", "Tell me {a} and {b} for {n} {l}.", "{l}: {a} and {b}?",
               "I need both the {a} and the {b} of {l}.", "{a} plus {b} of {l} please"),
        "de": ("Was sind {da} und {db} von {l}?", "Nenne mir {a} und {b} für {n} {l}.", "{l}: {a} und {b}?",
               "Ich brauche {a} und {b} von {l}.", "Bitte {a} sowie {b} von {l}"),
        "zh": ("{l}的{a}和{b}是多少？", "请告诉我{l}的{a}和{b}。", "{l}：{a}和{b}？", "我需要{n}{l}的{a}以及{b}。", "查{l}的{a}和{b}"),
    },
    "list": {
        "en": ("Which {ns} do we have?", "List all {ns}.", "What {ns} are there?", "Give me the {ns}.", "Show me every {n}, please."),
        "de": ("Welche {ns} haben wir?", "Liste alle {ns} auf.", "Welche {ns} gibt es?", "Nenne mir die {ns}.", "Bitte alle {ns} zeigen."),
        "zh": ("我们有哪些{ns}？", "列出所有{ns}。", "有什么{ns}？", "请给出{ns}。", "显示全部{ns}。"),
    },
    "list_values": {
        "en": ("What is the {a} of each {n}?", "List the {ns} with their {a}.", "Show {a} by {n}.", "{a} for all {ns}?", "Give me every {n} and its {a}."),
        "de": ("Wie ist {da} je {n}?", "Liste die {ns} mit {a} auf.", "Zeige {a} nach {n}.", "{a} für alle {ns}?", "Nenne alle {ns} samt {a}."),
        "zh": ("每个{n}的{a}是多少？", "列出{ns}及其{a}。", "按{n}显示{a}。", "所有{ns}的{a}？", "给出每个{n}和它的{a}。"),
    },
    "count": {
        "en": ("How many {ns} are there?", "What is the number of {ns}?", "Count the {ns}.", "How many {ns} do we have?", "number of {ns}?"),
        "de": ("Wie viele {ns} gibt es?", "Wie hoch ist die Anzahl der {ns}?", "Zähle die {ns}.", "Wie viele {ns} haben wir?", "Anzahl {ns}?"),
        "zh": ("有多少{ns}？", "{ns}的数量是多少？", "数一下{ns}。", "我们有多少个{ns}？", "{ns}总数？"),
    },
    "most": {
        "en": ("Which {n} has the highest {a}?", "What {n} is highest in {a}?", "Name the {n} with the highest {a}.",
               "Highest {a}: which {n}?", "Tell me which {n} has the highest {a}."),
        "de": ("Bei welchem Eintrag ({n}) ist {da} am höchsten?", "Wo ist {da} am höchsten, bei welcher {n}?", "{n} mit höchstem Wert für {a}?",
               "Höchster Wert für {a}: welche {n}?", "Nenne {n} mit dem höchsten Wert für {a}."),
        "zh": ("哪个{n}的{a}最高？", "{a}最高的是哪个{n}？", "请说出{a}最高的{n}。", "最高的{a}是哪个{n}？", "查{a}最高的{n}"),
    },
    "whether": {
        "en": ("Is {l} {v}?", "Is the {a} of {l} {v}?", "Is it true that {l} is {v}?", "Is {n} {l} {v} now?", "Is {l} currently {v}?"),
        "de": ("Ist {l} {v}?", "Ist {da} von {l} {v}?", "Ist es wahr, dass {l} {v} ist?", "Ist {n} {l} jetzt {v}?", "Ist {l} derzeit {v}?"),
        "zh": ("{l}是{v}吗？", "{l}的{a}是{v}吗？", "{l}是不是{v}？", "{n}{l}现在是{v}吗？", "{l}目前是否{v}？"),
    },
}  # fmt: skip

#: kind of question → language → answers. {x}, {y}: the values of a and b; {list}: labels; {c}: the count.
TELLS: dict[str, dict[Language, tuple[str, ...]]] = {
    "look_up": {
        "en": ("The {a} of {l} is {x}.", "{l} has {x} as its {a}.", "For {n} {l}, the {a} is {x}.",
               "According to the records, the {a} of {l} is {x}.", "The {n} {l} currently shows a {a} of {x}."),
        "de": ("{Da} von {l} ist {x}.", "Bei {l} ist {da} {x}.", "Für {n} {l} ist {da} {x}.",
               "Laut den Daten ist {da} von {l} {x}.", "{Da} für {n} {l} lautet {x}."),
        "zh": ("{l}的{a}是{x}。", "{n}{l}的{a}为{x}。", "根据记录，{l}的{a}是{x}。", "{a}：{x}（{l}）。", "目前{l}的{a}是{x}。"),
    },
    "two": {
        "en": ("The {a} of {l} is {x} and the {b} is {y}.", "{l}: {a} {x}, {b} {y}.", "For {l}, the {a} is {x}. The {b} is {y}.",
               "{n} {l} has a {a} of {x} and a {b} of {y}.", "{l}\n- {a}: {x}\n- {b}: {y}"),
        "de": ("{Da} von {l} ist {x} und {db} ist {y}.", "{l}: {a} {x}, {b} {y}.", "Bei {l} ist {da} {x}. {Db} ist {y}.",
               "Für {n} {l}: {a} {x} und {b} {y}.", "{l}\n- {a}: {x}\n- {b}: {y}"),
        "zh": ("{l}的{a}是{x}，{b}是{y}。", "{l}：{a}{x}，{b}{y}。", "{l}的{a}为{x}。{b}为{y}。", "{n}{l}的{a}是{x}，而{b}是{y}。", "{l}\n- {a}：{x}\n- {b}：{y}"),
    },
    "list": {
        "en": ("The {ns} are {list}.", "There are {c} {ns}: {list}.", "We have {list}.", "{lines}", "These are the {ns}: {list}."),
        "de": ("Die {ns} sind {list}.", "Es gibt {c} {ns}: {list}.", "Wir haben {list}.", "{lines}", "Das sind die {ns}: {list}."),
        "zh": ("{ns}有{list}。", "共有{c}个{ns}：{list}。", "我们有{list}。", "{lines}", "所有{ns}：{list}。"),
    },
    "list_values": {
        "en": ("{pairs}.", "{lines}", "The {a} by {n}:\n{lines}", "There are {c} {ns}: {pairs}.", "{sentences}"),
        "de": ("{pairs}.", "{lines}", "{a} nach {n}:\n{lines}", "Es gibt {c} {ns}: {pairs}.", "{sentences}"),
        "zh": ("{pairs}。", "{lines}", "各{n}的{a}：\n{lines}", "共有{c}个{ns}：{pairs}。", "{sentences}"),
    },
    "count": {
        "en": ("There are {c} {ns}.", "The number of {ns} is {c}.", "We have {c} {ns}.", "{c} {ns}.", "In total, there are {c} {ns}."),
        "de": ("Es gibt {c} {ns}.", "Die Anzahl der {ns} ist {c}.", "Wir haben {c} {ns}.", "{c} {ns}.", "Insgesamt sind es {c} {ns}."),
        "zh": ("有{c}个{ns}。", "{ns}的数量是{c}。", "我们有{c}个{ns}。", "共{c}个{ns}。", "总共有{c}个{ns}。"),
    },
    "most": {
        "en": ("{l} has the highest {a}: {x}.", "The {n} with the highest {a} is {l}, with {x}.", "With {x}, {l} has the highest {a}.",
               "The highest {a} is {x}, at {l}.", "It is {l} ({x})."),
        "de": ("{l} hat den höchsten Wert für {a}: {x}.", "Bei {l} ist {da} am höchsten: {x}.", "Mit {x} liegt {l} bei {a} am höchsten.",
               "Der höchste Wert für {a} ist {x}, bei {l}.", "Es ist {l} ({x})."),
        "zh": ("{l}的{a}最高：{x}。", "{a}最高的{n}是{l}，为{x}。", "{l}的{a}为{x}，是最高的。", "最高的{a}是{l}的{x}。", "是{l}（{x}）。"),
    },
    "whether": {
        "en": ("{yn}, {l} is {x}.", "{yn}, the {a} of {l} is {x}.", "{l} is {x}.", "{yn}. The {a} of {n} {l} is {x}.", "{yn}, {n} {l} is currently {x}."),
        "de": ("{yn}, {l} ist {x}.", "{yn}, {da} von {l} ist {x}.", "{l} ist {x}.", "{yn}. {Da} von {n} {l} ist {x}.", "{yn}, {n} {l} ist derzeit {x}."),
        "zh": ("{yn}，{l}是{x}。", "{yn}，{l}的{a}是{x}。", "{l}的{a}是{x}。", "{yn}。{n}{l}的{a}是{x}。", "{yn}，{l}目前是{x}。"),
    },
}  # fmt: skip
#: "not" and where it goes: each pattern and what stands in its place.
NEGATE: dict[Language, tuple[tuple[str, str], ...]] = {
    "en": ((" is ", " is not "), (" has ", " does not have "), (" shows ", " does not show "), (" are ", " are not "), (" have ", " don't have ")),
    "de": ((" ist ", " ist nicht "), (" lautet ", " lautet nicht "), (" sind ", " sind nicht "), (" gibt ", " gibt nicht "), (" hat ", " hat nicht "),
           (" haben ", " haben nicht ")),
    "zh": (("是", "不是"), ("为", "不为"), ("有", "没有")),
}  # fmt: skip
