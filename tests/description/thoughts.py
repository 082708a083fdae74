"""Answers of reasoning models, with their thoughts in every form that is known."""

from __future__ import annotations

ANSWER = "A medium shot of a cat on a chair."
THOUGHTS = "Okay, the user wants a cat. Let me write <b>one</b>."
FINAL = "<|channel|>final<|message|>"
WITH_ANSWER = {
    "Qwen3-Thinking": f"{THOUGHTS}\n</think>\n\n{ANSWER}",
    "DeepSeek-R1": f"<think>\n{THOUGHTS}\n</think>\n\n{ANSWER}",
    "thinking": f"<thinking>{THOUGHTS}</thinking>\n{ANSWER}",
    "capitals": f"<THINK>{THOUGHTS}</THINK>{ANSWER}",
    "twice": f"<think>a</think>draft<think>b</think>{ANSWER}",
    "a closing one alone, twice": f"a</think>b</think>{ANSWER}",
    "an empty one": f"<think>\n\n</think>\n\n{ANSWER}",
    "Seed-OSS": f"<seed:think>{THOUGHTS}</seed:think>{ANSWER}",
    "Magistral": f"[THINK]{THOUGHTS}[/THINK]{ANSWER}",
    "Kimi": f"◁think▷{THOUGHTS}◁/think▷{ANSWER}",
    "escaped": f"&lt;think&gt;{THOUGHTS}&lt;/think&gt;{ANSWER}",
    "reasoning": f"<reasoning>{THOUGHTS}</reasoning>{ANSWER}",
    "gpt-oss without marks": f"analysisThe user wants a cat. We need prose.assistantfinal{ANSWER}",
    "gpt-oss": f"<|channel|>analysis<|message|>{THOUGHTS}<|end|><|start|>assistant{FINAL}{ANSWER}<|return|>",
    "thoughts after it": f"{ANSWER}\n<think>Is that all",
    "Hunyuan": f"<think>\n{THOUGHTS}\n</think>\n<answer>\n{ANSWER}\n</answer>",
    "GLM-4.5V": f"<think>{THOUGHTS}</think><answer><|begin_of_box|>{ANSWER}<|end_of_box|></answer>",
    "ERNIE": f"<think>\n{THOUGHTS}\n</think>\n\n<response>\n{ANSWER}\n</response>",
    "Cohere": f"<|START_THINKING|>{THOUGHTS}<|END_THINKING|><|START_RESPONSE|>{ANSWER}<|END_RESPONSE|>",
    "OpenThinker": f"<|begin_of_thought|>{THOUGHTS}<|end_of_thought|><|begin_of_solution|>{ANSWER}<|end_of_solution|>",
    "LongCat": f"<longcat_think>{THOUGHTS}</longcat_think>{ANSWER}",
    "Granite": f"Here is my thought process:\n{THOUGHTS}\n\nHere is my response:\n{ANSWER}",
    "Apriel": f"Here are my reasoning steps:\n{THOUGHTS}\n[BEGIN FINAL RESPONSE]\n{ANSWER}\n[END FINAL RESPONSE]",
    "with a space or more in the tag": f'<think >{THOUGHTS}</think ><thinking depth="2">b</thinking>{ANSWER}',
    "closing itself": f"<think/>{ANSWER}",
    "bars": f"<|think|>{THOUGHTS}<|/think|>{ANSWER}",
    "longer names": f"<inner_monologue>{THOUGHTS}</inner_monologue><chain_of_thought>b</chain_of_thought>{ANSWER}",
    "fenced": f"```thinking\n{THOUGHTS}\n```\n{ANSWER}",
    "the last word of a mark": f"final{ANSWER}",
    "ends of a template": f"<|im_start|>assistant\n{ANSWER}</s><｜end▁of▁sentence｜>",
}
WITHOUT = {
    "unclosed": f"<think>\n{THOUGHTS}",
    "closed, then nothing": f"{THOUGHTS}\n</think>\n\n",
    "thinking, unclosed": "<thinking> A medium shot",
    "gpt-oss, cut": "analysisThe user wants a cat. We need",
    "gpt-oss with marks, cut": f"<|channel|>analysis<|message|>{THOUGHTS}",
    "escaped, unclosed": f"&lt;think&gt;{THOUGHTS}",
    "gpt-oss, cut, on a line of its own": "analysis\n\nThe user wants a cat.",
    "gpt-oss, cut, in small letters": "analysiswe need a cat.",
    "Granite, cut": f"Here is my thought process:\n{THOUGHTS}",
    "Cohere, cut": f"<|START_THINKING|>{THOUGHTS}",
    "fenced, cut": f"```think\n{THOUGHTS}",
}
