"""The second pass of a snapshot: gradients of the model's scores, and their pictures."""

import dataclasses
from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from tb_keras_inspect.catalog.kinds import Kind
from tb_keras_inspect.training.hooks.inference import call_for_inference
from tb_keras_inspect.training.probe import samples as probe_samples
from tb_keras_inspect.training.probe.forward import Subject
from tb_keras_inspect.training.probe.gradient_targets import cam_site, input_sites
from tb_keras_inspect.training.probe.outputs import Seen
from tb_keras_inspect.training.probe.pictures import maps
from tb_keras_inspect.training.probe.pictures.gradients import (
    InputSite,
    OutputSite,
    ScorePass,
    cam_view,
    probability_layers,
)
from tb_keras_inspect.training.probe.pictures.map_encoding import LayerMap
from tb_keras_inspect.training.probe.pictures.map_sizes import cell_factors

MAX_PIXELS = 128 * 128  # of one picture; there are few


class Scores:
    """Runs the differentiated pass, compiled at its first run.

    Args:
        subject: What is shown.
        grad_cam_layer: Name of the layer that Grad-CAM is of, None for the last convolution.

    Attributes:
        omissions: (kind, name) to the reason why it is not shown.
    """

    def __init__(self, subject: Subject, grad_cam_layer: str | None):
        self._subject, self._wanted = subject, grad_cam_layer
        self._function: Callable[[Any], dict[str, Any]] | None = None
        self._inputs: list[InputSite] = []
        self._cam: OutputSite | None = None
        self.omissions: dict[tuple[str, str], str] = {}

    def run(self, samples: Any, seen: Mapping[str, Seen], ids: Mapping[str, Any]) -> dict[str, Any]:
        """The gradients' pictures, on their device; empty where there is nothing to show.

        Args:
            samples: What the model is called with.
            seen: The layer outputs of the forward pass, in order.
            ids: Site name to the whole numbers that a layer made that output of.
        """
        subject = self._subject
        if self._function is None:
            self._choose(samples, seen, ids)
            outputs = probability_layers(subject.used)
            score = ScorePass(subject.model, call_for_inference, self._inputs, self._cam, outputs)
            make = subject.backend.compiled if subject.traced else subject.backend.eager
            self._function = make(score.forward(subject.backend), subject.model)
        if not self._inputs and self._cam is None:
            return {}
        return self._function(samples)

    def _choose(self, samples: Any, seen: Mapping[str, Seen], ids: Mapping[str, Any]) -> None:
        kinds = self._subject.kinds
        if Kind.SALIENCY in kinds:
            inputs = probe_samples.named_flat(self._subject.model, samples)
            on_host = {name: self._subject.backend.to_host(x) for name, x in ids.items()}
            self._inputs, left_out = input_sites(inputs, seen, on_host)
            self.omissions |= {(Kind.SALIENCY.value, n): reason for n, reason in left_out.items()}
        if Kind.GRAD_CAM in kinds:
            self._cam, reason = cam_site(seen, self._wanted)
            if reason:
                self.omissions[Kind.GRAD_CAM.value, self._wanted or ""] = reason

    def pictures(self, host: Mapping[str, np.ndarray]) -> dict[Kind, list[LayerMap]]:
        """Records of what `run` returned, copied to the host."""
        targets = host["targets"].astype(np.int32)
        saliency = [
            self._picture(site.name, site.view, host["saliency/" + site.name], targets)
            for site in self._inputs
        ]
        saliency = [
            dataclasses.replace(item, layer=site.entry.name) if site.entry else item
            for item, site in zip(saliency, self._inputs, strict=True)
        ]
        found = {Kind.SALIENCY: saliency} if saliency else {}
        if self._cam is not None:
            name, view = self._cam.name, cam_view(self._cam)
            cam = self._picture(name, view, host["grad_cam"], targets)
            found[Kind.GRAD_CAM] = [dataclasses.replace(cam, layer=name)]
        return found

    @staticmethod
    def _picture(name: str, view: maps.View, values: np.ndarray, targets: np.ndarray) -> LayerMap:
        """One picture of one channel, averaged over cells where it is large."""
        drawn = maps.View("image", False, values.shape)
        with np.errstate(invalid="ignore", over="ignore"):
            values = maps.average(values, cell_factors(drawn, MAX_PIXELS), np)
            dead = ~np.any(values != 0, axis=(0, 1, 2))
        return LayerMap(name, view, values, np.zeros(1, np.int32), dead, targets=targets)
