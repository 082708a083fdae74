"""Stand-ins for what SGLang 0.5.23 imports at start and only a GPU needs; setup.sh installs it with a ``.pth`` file.

The finder comes last, so that an installed package always wins, and it answers only to ``import`` statements of SGLang
itself: whoever asks whether torchvision is there (transformers, diffusers) still hears that it is not.
"""

from __future__ import annotations

import importlib.machinery
import sys
import types
from collections.abc import Callable
from typing import Any

NAMES = {"torchvision", "torchaudio"}
SERVED: list[str] = []
_IMPORT = ("importlib._bootstrap", "importlib", "_frozen_importlib")


class _Shim(types.ModuleType):
    def __init__(self, name: str) -> None:
        super().__init__(name)
        self.__path__: list[str] = []
        self.__version__ = "0.0.0"

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        if name[:1].isupper():
            kind = type(name, (), {"__module__": self.__name__})
            setattr(self, name, kind)
            return kind
        inner = sys.modules.get(f"{self.__name__}.{name}") or _Shim(f"{self.__name__}.{name}")
        return sys.modules.setdefault(inner.__name__, inner)

    def __call__(self, *given: Any, **named: Any) -> Any:
        if len(given) == 1 and callable(given[0]) and not named:  # a decorator
            return given[0]
        if not given or named:  # what makes one
            return lambda function: function
        raise RuntimeError(f"{self.__name__} is not installed")


class _Finder:
    @staticmethod
    def find_spec(name: str, path: Any = None, target: Any = None) -> importlib.machinery.ModuleSpec | None:
        if name.partition(".")[0] not in NAMES or _asking().partition(".")[0] not in {"sglang", *NAMES}:
            return None
        SERVED.append(name)
        return importlib.machinery.ModuleSpec(name, _Finder, is_package=True)  # type: ignore[arg-type]

    @staticmethod
    def create_module(spec: importlib.machinery.ModuleSpec) -> types.ModuleType:
        return _Shim(spec.name)

    @staticmethod
    def exec_module(module: types.ModuleType) -> None:
        pass


def _asking() -> str:
    """The module whose import statement this is."""
    frame: types.FrameType | None = sys._getframe(2)
    while frame and frame.f_globals.get("__name__", "") in _IMPORT:
        frame = frame.f_back
    return str(frame.f_globals.get("__name__", "")) if frame else ""


class _AfterImport:
    """Calls a function once a module has been imported, so that torch is not imported before its time."""

    waiting: dict[str, Callable[[], None]]

    @classmethod
    def find_spec(cls, name: str, path: Any = None, target: Any = None) -> importlib.machinery.ModuleSpec | None:
        call = cls.waiting.pop(name, None)
        spec = importlib.machinery.PathFinder.find_spec(name, path) if call else None
        if call and spec and spec.loader:
            run = spec.loader.exec_module

            def exec_module(module: types.ModuleType) -> None:
                run(module)
                call()

            spec.loader.exec_module = exec_module  # type: ignore[method-assign]
        return spec


def _register_cpu_kernels() -> None:
    """The three kernels of SGLang's separate CPU build that its CPU platform calls, in plain torch."""
    import torch

    if hasattr(torch.ops.sgl_kernel, "fused_norm_scale_shift_cpu"):
        return
    library = torch.library.Library("sgl_kernel", "FRAGMENT")
    library.define("fused_scale_shift_cpu(Tensor x, Tensor scale, Tensor shift, float c) -> Tensor")
    library.define(
        "fused_norm_scale_shift_cpu(Tensor x, Tensor? weight, Tensor? bias, Tensor scale, Tensor shift, "
        "str norm_type, float eps) -> Tensor"
    )
    library.define(
        "fused_scale_residual_norm_scale_shift_cpu(Tensor residual, Tensor x, Tensor? gate, Tensor? weight, "
        "Tensor? bias, Tensor scale, Tensor shift, str norm_type, float eps) -> (Tensor, Tensor)"
    )

    def norm(x: Any, weight: Any, bias: Any, kind: str, eps: float) -> Any:
        form = torch.nn.functional.layer_norm if kind == "layer" else torch.nn.functional.rms_norm
        parts = [None if weight is None else weight.float()]
        if kind == "layer":
            parts.append(None if bias is None else bias.float())
        return form(x.float(), (x.shape[-1],), *parts, eps)

    def scale_shift(x: Any, scale: Any, shift: Any, c: float) -> Any:
        return (x.float() * (c + scale.float()) + shift.float()).to(x.dtype)

    def norm_scale_shift(x: Any, weight: Any, bias: Any, scale: Any, shift: Any, kind: str, eps: float) -> Any:
        return (norm(x, weight, bias, kind, eps) * (1 + scale.float()) + shift.float()).to(x.dtype)

    def with_residual(
        residual: Any, x: Any, gate: Any, weight: Any, bias: Any, scale: Any, shift: Any, kind: str, eps: float
    ) -> Any:
        total = (residual + (x if gate is None else x * gate)).to(residual.dtype)
        return norm_scale_shift(total, weight, bias, scale, shift, kind, eps).to(x.dtype), total

    library.impl("fused_scale_shift_cpu", scale_shift, "CPU")
    library.impl("fused_norm_scale_shift_cpu", norm_scale_shift, "CPU")
    library.impl("fused_scale_residual_norm_scale_shift_cpu", with_residual, "CPU")
    _KEPT.append(library)  # its kernels go with it
    NAMES.add("sgl_kernel")  # which a caller of theirs imports by name


_KEPT: list[Any] = []
_AfterImport.waiting = {"sglang.multimodal_gen.runtime.layers.layernorm": _register_cpu_kernels}
sys.meta_path.append(_Finder)
sys.meta_path.insert(0, _AfterImport)
