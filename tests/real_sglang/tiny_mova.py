#!/usr/bin/env python3
"""Make a MOVA checkpoint of 1 MB: the real folders, weight names and shapes, but few and random numbers.

SGLang's own MOVA pipeline loads it and renders with it on a CPU; picture and sound are noise.

    .sglang-venv/bin/python tests/real_sglang/tiny_mova.py DIR/MOVA-360p

Names and shapes are those that SGLang 0.5.23 maps from (configs/models/dits/mova_video.py, mova_audio.py, bridges/
mova_dual_tower.py, vaes/dac.py). As wide as in the released model are only the latents: 16 channels of picture, 128 of
sound.
"""

from __future__ import annotations

import json
import math
import string
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import torch
from safetensors.torch import save_file

WIDTH = 12  # of both towers: one head, whose width 3D RoPE splits in three even parts
LAYERS, SOUND_LAYERS = 2, 1
TEXT, TIMES = 32, 32  # widths of what the text encoder gives, and of a timestep
PICTURE, SOUND = 16, 128  # channels of latents
ABOUT = {"_diffusers_version": "0.37.0"}
# Others are unknown to it.
LETTERS = string.printable + "一个人她他说，。“”猫狗雨声光红毛线球镜头缓推近静态画面字幕跟我回家吧橘扑向"
PARTS = {
    "video_vae": ("diffusers", "AutoencoderKLWan"),
    "audio_vae": ("diffusers", "DacVAE"),
    "text_encoder": ("transformers", "UMT5EncoderModel"),
    "tokenizer": ("transformers", "T5TokenizerFast"),
    "scheduler": ("diffusers", "FlowMatchPairScheduler"),
    "video_dit": ("diffusers", "WanModel"),
    "video_dit_2": ("diffusers", "WanModel"),
    "audio_dit": ("diffusers", "WanAudioModel"),
    "dual_tower_bridge": ("diffusers", "DualTowerConditionalBridge"),
}
Weights = dict[str, Any]


def make(folder: Path) -> None:
    """Fill an empty folder; SGLang reads from its name which model it is."""
    torch.manual_seed(1)
    folder.mkdir(parents=True)
    index = {"_class_name": "MOVA", **ABOUT, "audio_vae_type": "dac", "boundary_ratio": 0.9, **PARTS}
    (folder / "model_index.json").write_text(json.dumps(index))
    _scheduler(folder)
    _towers(folder)
    _vaes(folder)
    _text(folder)


# ---- towers ----------------------------------------------------------------------------------------------------


def noise(*shape: int, spread: float = 0.05) -> Any:
    return (torch.randn(*shape) * spread).to(torch.bfloat16)


def linear(name: str, out: int, into: int) -> Weights:
    return {f"{name}.weight": noise(out, into, spread=1 / math.sqrt(into)), f"{name}.bias": noise(out)}


def norm(name: str) -> Weights:
    ones, zeros = (torch.full((WIDTH,), value, dtype=torch.bfloat16) for value in (1, 0))
    return {f"{name}.weight": ones, f"{name}.bias": zeros}


def attention(name: str) -> Weights:
    made: Weights = {}
    for part in "qkvo":
        made |= linear(f"{name}.{part}", WIDTH, WIDTH)
    return made | {f"{name}.norm_{part}.weight": torch.ones(WIDTH, dtype=torch.bfloat16) for part in "qk"}


def tower(into: int, out: int, patch: Sequence[int], layers: int) -> Weights:
    made = {"patch_embedding.weight": noise(WIDTH, into, *patch), "patch_embedding.bias": noise(WIDTH)}
    for name, width in (("text_embedding", TEXT), ("time_embedding", TIMES)):
        made |= linear(f"{name}.0", WIDTH, width) | linear(f"{name}.2", WIDTH, WIDTH)
    made |= linear("time_projection.1", 6 * WIDTH, WIDTH)
    for layer in (f"blocks.{number}" for number in range(layers)):
        made |= attention(f"{layer}.self_attn") | attention(f"{layer}.cross_attn") | norm(f"{layer}.norm3")
        made |= linear(f"{layer}.ffn.0", 2 * WIDTH, WIDTH) | linear(f"{layer}.ffn.2", WIDTH, 2 * WIDTH)
        made[f"{layer}.modulation"] = noise(1, 6, WIDTH)
    made |= linear("head.head", out * math.prod(patch), WIDTH)
    return {**made, "head.modulation": noise(1, 2, WIDTH)}


def tower_settings(kind: str, into: int, out: int, patch: Sequence[int], layers: int, **more: Any) -> dict[str, Any]:
    off = ("has_image_input", "has_image_pos_emb", "has_ref_conv", "add_control_adapter", "seperated_timestep")
    return {
        **{"_class_name": kind, **ABOUT, "dim": WIDTH, "in_dim": into, "out_dim": out, "ffn_dim": 2 * WIDTH},
        **{"text_dim": TEXT, "freq_dim": TIMES, "eps": 1e-6, "patch_size": patch, "num_heads": 1, "num_layers": layers},
        **dict.fromkeys((*off, "require_clip_embedding", "fuse_vae_embedding_in_latents"), False),
        **{"in_dim_control_adapter": 24, **more},
    }


def _towers(folder: Path) -> None:
    into = PICTURE + 4 + PICTURE  # what is denoised, a mask over time, the first frame
    for name in ("video_dit", "video_dit_2"):
        size = (into, PICTURE, (1, 2, 2), LAYERS)
        write(folder / name, tower_settings("WanModel", *size, require_vae_embedding=True), tower(*size))
    sound = (SOUND, SOUND, (1,), SOUND_LAYERS)
    settings = tower_settings("WanAudioModel", *sound, require_vae_embedding=False, vae_type="dac")
    write(folder / "audio_dit", settings, tower(*sound))
    bridge: Weights = {}
    for way in ("audio_to_video_conditioners.0", "video_to_audio_conditioners.0"):
        bridge |= norm(f"{way}.y_norm") | attention(f"{way}.inner")
    settings = {
        **{"_class_name": "DualTowerConditionalBridge", **ABOUT, "visual_layers": LAYERS, "audio_layers": SOUND_LAYERS},
        **{"visual_hidden_dim": WIDTH, "audio_hidden_dim": WIDTH, "audio_fps": 50.0, "head_dim": WIDTH},
        **{"interaction_strategy": "full", "apply_cross_rope": True, "apply_first_frame_bias_in_rope": False},
        **{"trainable_condition_scale": False, "pooled_adaln": False},
    }
    write(folder / "dual_tower_bridge", settings, bridge)


# ---- latents, text, time ---------------------------------------------------------------------------------------


def _vaes(folder: Path) -> None:
    from diffusers import AutoencoderKLWan
    from sglang.multimodal_gen.configs.models.vaes import DacVAEConfig
    from sglang.multimodal_gen.runtime.models.vaes.dac import DAC

    picture = AutoencoderKLWan(base_dim=3, dim_mult=[1, 1, 1, 1], z_dim=PICTURE, num_res_blocks=1)
    _spread(picture)
    picture.save_pretrained(folder / "video_vae")
    settings = {
        **{"codebook_dim": 8, "codebook_size": 1024, "n_codebooks": 9, "quantizer_dropout": False, "continuous": True},
        **{"encoder_dim": 4, "encoder_rates": [2, 3, 4, 5, 8], "decoder_dim": 64, "decoder_rates": [8, 5, 4, 3, 2]},
        **{"latent_dim": SOUND, "sample_rate": 48_000},
    }
    config = DacVAEConfig()
    config.update_model_arch(settings)
    sound = DAC(config)
    _spread(sound)
    with torch.no_grad():
        sound.decoder.model[-2].weight.mul_(0.005)  # else all of it is as loud as can be
    weights = {name: value.to(torch.bfloat16) for name, value in sound.state_dict().items()}
    write(folder / "audio_vae", {"_class_name": "DAC", **ABOUT, "use_weight_norm": False, **settings}, weights)


def _spread(model: Any) -> None:
    """Weights that keep what goes through about as large as it comes: theirs give one colour, and silence."""
    with torch.no_grad():
        for name, weight in model.named_parameters():
            if name.endswith("weight") and weight.dim() > 2:
                weight.copy_(torch.randn(weight.shape) / math.sqrt(weight[0].numel()))
            elif name.endswith("bias"):
                weight.zero_()


def _text(folder: Path) -> None:
    from tokenizers import Tokenizer, decoders, models, normalizers, pre_tokenizers, processors
    from transformers import UMT5Config, UMT5EncoderModel

    special = {"pad_token": "<pad>", "eos_token": "</s>", "unk_token": "<unk>"}
    known = [(token, 0.0) for token in (*special.values(), "▁", *dict.fromkeys(LETTERS))]
    words = Tokenizer(models.Unigram(known, unk_id=2, byte_fallback=False))
    words.normalizer, words.decoder = normalizers.NFKC(), decoders.Metaspace()
    words.pre_tokenizer = pre_tokenizers.Metaspace()
    end = [("</s>", 1)]
    words.post_processor = processors.TemplateProcessing("$A </s>", "$A </s> $B </s>", special_tokens=end)
    about = {"tokenizer_class": "T5TokenizerFast", "extra_ids": 0, "model_max_length": 512, **special}
    write(folder / "tokenizer", about, file="tokenizer_config.json")
    write(folder / "tokenizer", special, file="special_tokens_map.json")
    words.save(str(folder / "tokenizer" / "tokenizer.json"))
    size = {"vocab_size": words.get_vocab_size(), "d_model": TEXT, "d_kv": 8, "d_ff": 64, "num_layers": 2}
    config = UMT5Config(**size, num_heads=4, feed_forward_proj="gated-gelu", pad_token_id=0, eos_token_id=1)
    UMT5EncoderModel(config).to(torch.bfloat16).save_pretrained(folder / "text_encoder")


def _scheduler(folder: Path) -> None:
    settings = {
        **{"_class_name": PARTS["scheduler"][1], **ABOUT, "num_inference_steps": 100, "num_train_timesteps": 1000},
        **{"shift": 5.0, "sigma_max": 1.0, "sigma_min": 0.0, "inverse_timesteps": False, "extra_one_step": True},
        **{"reverse_sigmas": False, "exponential_shift": False, "exponential_shift_mu": None, "shift_terminal": None},
    }
    write(folder / "scheduler", settings, file="scheduler_config.json")


def write(folder: Path, settings: Mapping[str, Any], weights: Weights | None = None, file: str = "config.json") -> None:
    folder.mkdir(exist_ok=True)
    (folder / file).write_text(json.dumps(settings))
    if weights:
        save_file(weights, folder / "diffusion_pytorch_model.safetensors")


if __name__ == "__main__":
    make(Path(sys.argv[1]))
