"""Models of KerasHub with random weights: two blocks, four heads, sixteen features."""

import dataclasses
from collections.abc import Callable
from typing import Any

import keras
import keras_hub
import numpy as np
from keras import layers

WORDS, LENGTH, CLASSES = 32, 8, 3
MODELS = keras_hub.models

TEXT = {"vocabulary_size": WORDS, "num_layers": 2, "hidden_dim": 16, "intermediate_dim": 32}
HEADS = {**TEXT, "num_heads": 4}
SHARED = {**TEXT, "num_query_heads": 4, "num_key_value_heads": 2}
GEMMA = {**SHARED, "head_dim": 4}
EXPERTS = {"num_experts": 4, "top_k": 2}
SHORT = {"max_sequence_length": LENGTH}


def causal(name: str, **options: Any) -> keras.Model:
    """A language model that predicts the next token."""
    backbone = getattr(MODELS, f"{name}Backbone")(**options)
    return getattr(MODELS, f"{name}CausalLM")(backbone=backbone, preprocessor=None)


def bert() -> keras.Model:
    """A classifier of texts."""
    backbone = MODELS.BertBackbone(**HEADS, **SHORT)
    return MODELS.BertTextClassifier(backbone, num_classes=CLASSES, preprocessor=None)


def vit() -> keras.Model:
    """A classifier of pictures."""
    backbone = MODELS.ViTBackbone(
        image_shape=(8, 8, 3), patch_size=4, num_layers=2, num_heads=4, hidden_dim=16, mlp_dim=32
    )
    return MODELS.ViTImageClassifier(backbone, num_classes=CLASSES, preprocessor=None)


def with_head(backbone: keras.Model, output: str | None = None) -> keras.Model:
    """A backbone with a class for each position."""
    found = backbone.output if output is None else backbone.output[output]
    return keras.Model(backbone.input, layers.Dense(CLASSES, name="head")(found))


def whisper() -> keras.Model:
    """An encoder of sounds, and a decoder."""
    options = {"num_mels": 8, "max_encoder_sequence_length": 8, "max_decoder_sequence_length": 8}
    return with_head(MODELS.WhisperBackbone(**HEADS, **options), "decoder_sequence_output")


def diffusion() -> keras.Model:
    """The transformer of Stable Diffusion 3."""
    from keras_hub.src.models.stable_diffusion_3.mmdit import MMDiT

    return with_head(
        MMDiT(
            patch_size=2,
            hidden_dim=16,
            num_layers=2,
            num_heads=4,
            position_size=4,
            qk_norm="rms_norm",
            latent_shape=(8, 8, 4),
            context_shape=(LENGTH, 16),
            pooled_projection_shape=(16,),
        )
    )


@dataclasses.dataclass(frozen=True)
class Case:
    """A model, and what of it is attention.

    Attributes:
        make: Makes it.
        attention: Names of the layers that compute attention, with `{}` for the block's number.
        experts: Whether its blocks have a router.
        first: Number of the first block.
    """

    make: Callable[[], keras.Model]
    attention: tuple[str, ...]
    experts: bool = False
    first: int = 0

    @property
    def names(self) -> set[str]:
        """The names that are to be recorded."""
        blocks = (self.first, self.first + 1)
        return {name.format(block) for name in self.attention for block in blocks}


BLOCK, DECODER = ("transformer_layer_{}/self_attention",), ("decoder_block_{}/attention",)
CROSSED = (
    "transformer_decoder_layer_{}/self_attention",
    "transformer_decoder_layer_{}/cross_attention",
)
CASES = {
    "gemma": Case(lambda: causal("Gemma", **GEMMA), DECODER),
    "gemma2": Case(
        lambda: causal(
            "Gemma",
            **GEMMA,
            use_post_ffw_norm=True,
            use_post_attention_norm=True,
            attention_logit_soft_cap=50.0,
            final_logit_soft_cap=30.0,
            use_sliding_window_attention=True,
            sliding_window_size=4,
        ),
        DECODER,
    ),
    "gemma3": Case(lambda: causal("Gemma3", **GEMMA, image_size=None), DECODER),
    "gemma4": Case(lambda: causal("Gemma4", **GEMMA, image_size=None), DECODER),
    "llama": Case(lambda: causal("Llama", **SHARED), BLOCK),
    "mistral": Case(lambda: causal("Mistral", **SHARED, sliding_window=4), BLOCK),
    "mixtral": Case(lambda: causal("Mixtral", **SHARED, **EXPERTS), BLOCK, True),
    "qwen3": Case(lambda: causal("Qwen3", **GEMMA), BLOCK),
    "qwen3_moe": Case(
        lambda: causal(
            "Qwen3Moe", **GEMMA, **EXPERTS, moe_intermediate_dim=16, norm_top_k_prob=True
        ),
        BLOCK,
        True,
    ),
    "gpt_oss": Case(lambda: causal("GptOss", **SHARED, **EXPERTS), BLOCK, True),
    "gpt2": Case(lambda: causal("GPT2", **HEADS, **SHORT), BLOCK),
    "bloom": Case(lambda: causal("Bloom", **HEADS), BLOCK),
    "bert": Case(bert, ("transformer_layer_{}/self_attention_layer",)),
    "vit": Case(vit, ("vit_encoder/transformer_block_{}/mha",), first=1),
    "t5": Case(
        lambda: with_head(MODELS.T5Backbone(**HEADS), "decoder_sequence_output"),
        ("transformer_encoder_layer_{}/self_attention", *CROSSED),
    ),
    "whisper": Case(whisper, ("transformer_encoder_layer_{}/self_attention_layer", *CROSSED)),
    "diffusion": Case(diffusion, ("joint_block_{}",)),
}


def data(model: keras.Model, samples: int = 8) -> tuple[dict[str, np.ndarray] | np.ndarray, Any]:
    """Random inputs of every kind that these models have, and classes."""
    random = np.random.default_rng(0)

    def values(name: str, tensor: Any) -> np.ndarray:
        shape = (samples, *(LENGTH if n is None else n for n in tensor.shape[1:]))
        if "token" in name:
            return random.integers(1, WORDS, shape).astype("int32")
        if "mask" in name:
            return (np.arange(shape[1]) < random.integers(4, LENGTH + 1, (samples, 1))).astype(int)
        if "position" in name:
            return np.broadcast_to(np.arange(shape[1]), shape).astype("int32")
        if "segment" in name:
            return random.integers(0, 2, shape).astype("int32")
        return random.normal(size=shape).astype("float32")

    inputs = model.input
    if isinstance(inputs, dict):
        x = {name: values(name, tensor) for name, tensor in inputs.items()}
    else:
        x = values(inputs.name, inputs)
    *positions, classes = model.output.shape[1:]
    shape = (samples, *(LENGTH if n is None else n for n in positions))
    return x, random.integers(0, classes, shape)
