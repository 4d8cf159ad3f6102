"""The module that TensorBoard imports at start: flags, and the plugin on demand."""

import argparse
import contextlib

from tensorboard.plugins import base_plugin

from tb_keras_inspect.plugin.flags import DEFAULT_CACHE_MEGABYTES

PLUGIN_NAME = "keras_inspect"  # as in catalog.kinds, which takes longer to import


class InspectLoader(base_plugin.TBLoader):  # type: ignore[misc] # TensorBoard has no types
    """Adds the flags and creates the plugin."""

    def define_flags(self, parser: argparse.ArgumentParser) -> None:
        group = parser.add_argument_group("Keras Inspect plugin")
        group.add_argument(
            "--keras_inspect_cache_megabytes",
            metavar="MEGABYTES",
            type=int,
            default=DEFAULT_CACHE_MEGABYTES,
            help="How much decoded data the Keras Inspect tab keeps in memory; the least recently used "
            "data is dropped first. (default: %(default)s)",
        )

        group.add_argument(
            "--keras_inspect_control",
            action="store_true",
            help="Let the Keras Inspect tab control training runs that allow it "
            "(`InspectCallback(..., control=True)`). Each command needs the run's token. Anyone who "
            "can reach this port and has the token can pause and change the run.",
        )

        group.add_argument(
            "--keras_inspect_hosts",
            metavar="NAME[,NAME...]",
            default="",
            help="Names of this server, for example of the proxy in front of it. Requests that use "
            "another name are refused: a page of another site may have sent them. (default: localhost; "
            "with --bind_all or another --host, every name)",
        )

    def fix_flags(self, flags: argparse.Namespace) -> None:
        if flags.keras_inspect_cache_megabytes < 1:
            raise base_plugin.FlagsError(
                "--keras_inspect_cache_megabytes must be 1 or more. "
                f"Received: {flags.keras_inspect_cache_megabytes}"
            )
        # TensorBoard would keep 10 (or 100) samples of each tag. 0 keeps all; the user's setting wins.
        if getattr(flags, "samples_per_plugin", None) is None:
            flags.samples_per_plugin = {}
        flags.samples_per_plugin.setdefault(PLUGIN_NAME, 0)
        _list_anew(getattr(flags, "logdir", None) or "")

    def load(self, context: base_plugin.TBContext) -> base_plugin.TBPlugin:
        from tb_keras_inspect.plugin.plugin import InspectPlugin

        return InspectPlugin(context)


def _list_anew(logdir: str) -> None:
    """Have fsspec list a remote logdir anew each time: TensorBoard would never see it grow."""
    scheme, is_url, _ = logdir.partition("://")
    if is_url:
        with contextlib.suppress(ImportError):
            from fsspec.config import conf

            conf.setdefault(scheme, {}).setdefault("use_listings_cache", False)
