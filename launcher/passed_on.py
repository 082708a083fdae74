"""What a person passes on to SGLang behind ``--`` and the launcher knows something about (SGLang 0.5.23)."""

from __future__ import annotations

from collections.abc import Sequence

from core.errors import QuantizationRefused
from core.messages import Message, gettext_noop, message

# With one of these the degrees that are planned here need not go together any more.
_PARALLEL = ("--tp-size", "--tp", "--sp-degree", "--dp-size", "--dp", "--data-parallel-size", "--kv-gather-degree")
_COMPILE = "--enable-torch-compile"
_WARM_UP = "--warmup-mode"
_QUANTIZATION = ("--quantization", "--component-quantizations.", "--component_quantizations.")


def names(words: Sequence[str]) -> list[str]:
    """The options among these words."""
    return [word.split("=", 1)[0] for word in words if word.startswith("--")]


def parallel(words: Sequence[str]) -> str | None:
    """The first option that says otherwise how a render is spread over GPUs; None where there is none."""
    return next((name for name in names(words) if name in _PARALLEL), None)


def refuse_quantization(words: Sequence[str]) -> None:
    """MOVA's stage casts activations to the type of the time embedding's weight, which ``fp8`` turns into float8.

    Raises:
        QuantizationRefused: an option asks for it.
    """
    for name in names(words):
        if name.startswith(_QUANTIZATION):
            raise QuantizationRefused(option=name)


def without_effect(words: Sequence[str]) -> list[Message]:
    """``nn.Module.compile`` compiles a module's own call, and MOVA's denoising stage calls the blocks inside only."""
    value = _value(words, _COMPILE)
    if value is None or value.lower() == "false":
        return []
    template = gettext_noop(
        "{option} does nothing for MOVA: SGLang compiles the call of a whole tower, and MOVA calls the blocks inside "
        "it. It only makes the warm-up twice as long"
    )
    return [message(template, option=_COMPILE)]


def without_warm_up(words: Sequence[str]) -> bool:
    """Whether another warm-up is wanted than the one after which a server has rendered: at its start."""
    return _value(words, _WARM_UP) not in (None, "server")


def _value(words: Sequence[str], option: str) -> str | None:
    """What stands behind an option, ``""`` where nothing does; None where the option is not there."""
    for number, word in enumerate(words):
        name, equals, value = word.partition("=")
        if name == option:
            following = words[number + 1 : number + 2]
            return value if equals else next((one for one in following if not one.startswith("--")), "")
    return None
