"""Servers that cannot be started as asked; nothing was loaded. And the preview engine."""

from __future__ import annotations

from core.errors.base import MovaError
from core.messages import gettext_noop


class PreviewError(MovaError):
    """The preview engine does not run."""

    what = gettext_noop("The preview engine is not running.")
    advice = gettext_noop("Reinstall the requirements, or name a server. Its last output, if any, is below.")


class LaunchError(MovaError):
    """An SGLang server cannot be started as asked; nothing was loaded."""

    what = gettext_noop("The SGLang server was not started.")
    advice = gettext_noop("Change the options and start it again.")
    exit_code = 2


class OptionsUnclear(LaunchError):
    """An option that there is not."""

    what = gettext_noop("The options are not valid.")
    advice = gettext_noop("List them with: ./launch_sglang_server.sh --help")


class OptionMisplaced(LaunchError):
    """One of the launcher's own, handed on to SGLang."""

    what = gettext_noop("{option} comes after --, where only SGLang sees it; the launcher needs it, too.")
    advice = gettext_noop("Put it before the --.")


class BadOption(LaunchError):
    """A value that cannot be."""

    what = gettext_noop("{option} is {value}; accepted: {accepted}.")
    advice = gettext_noop("Change it and start again.")


class NoModelPath(LaunchError):
    what = gettext_noop("No checkpoint to serve was given.")
    advice = gettext_noop("export MOVA_MODEL_PATH=/path/to/MOVA-360p, or give --model-path.")


class CheckpointMissing(LaunchError):
    """No such folder."""

    what = gettext_noop("There is no folder {folder}.")
    advice = gettext_noop("Check the path. To download MOVA: hf download OpenMOSS-Team/MOVA-360p --local-dir MOVA-360p")


class NotACheckpoint(LaunchError):
    """A folder with something else in it."""

    what = gettext_noop("{folder} is not a MOVA checkpoint: {reason}.")
    advice = gettext_noop("Give the folder that has model_index.json in it, such as the one that `hf download` makes.")


class AnotherModel(LaunchError):
    """A checkpoint, but not of MOVA."""

    what = gettext_noop("{folder} contains another model: {found} instead of MOVA.")
    advice = gettext_noop("Give the folder of MOVA-360p or MOVA-720p.")


class HalfDownloaded(LaunchError):
    """A part is missing, empty or cut short."""

    what = gettext_noop("The checkpoint {folder} is not complete: {reason}.")
    advice = gettext_noop(
        "Download it again with `hf download`, which fetches only what is missing; with git, run `git lfs pull`."
    )


class ResolutionUnknown(LaunchError):
    """360p or 720p: nothing tells."""

    what = gettext_noop("Neither the name nor the settings of {folder} tell whether it is MOVA 360p or 720p.")
    advice = gettext_noop("Choose with --model mova-360p or --model mova-720p.")


class ResolutionUnclear(LaunchError):
    """Its name and its settings contradict each other."""

    what = gettext_noop("{folder} is called {name}, but its settings ({file}) say {settings}.")
    advice = gettext_noop("Choose the right one with --model mova-360p or --model mova-720p.")


class NoGpu(LaunchError):
    what = gettext_noop("No NVIDIA GPU can be seen on this machine.")
    advice = gettext_noop(
        "Check whether nvidia-smi lists them and what CUDA_VISIBLE_DEVICES says. If only the detection fails, "
        "say what there is: --num-gpus 1 --gpu-memory 80"
    )


class GpuMissing(LaunchError):
    """A GPU that was named is not there."""

    what = gettext_noop("There is no GPU {gpu}; available: {known}.")
    advice = gettext_noop("Choose among them with --gpus; nvidia-smi shows their numbers.")


class TooFewGpus(LaunchError):
    what = gettext_noop("{wanted} GPUs are asked for; there are {found}.")
    advice = gettext_noop("Lower --num-gpus, or name more with --gpus.")


class GpusShared(LaunchError):
    """Two servers on one GPU."""

    what = gettext_noop("Two models cannot share a GPU ({gpus}).")
    advice = gettext_noop("Give each its own, after its --model-path: --gpus 0-3 and --gpus 4-7, for example.")


class TooLittleMemory(LaunchError):
    what = gettext_noop("MOVA needs {needed} GB of GPU memory even layer by layer; {free} of {total} GB are free.")
    advice = gettext_noop(
        "Stop other programs on the GPU (nvidia-smi lists them), or use a larger one; --gpus chooses."
    )


class DegreesUnfit(LaunchError):
    """Ring x ulysses and the GPUs do not go together."""

    what = gettext_noop("A render cannot be spread over {gpus} GPUs like that: {reason}.")
    advice = gettext_noop("Leave --cfg-parallel-size, --ring-degree and --ulysses-degree out, or change --num-gpus.")


class QuantizationRefused(LaunchError):
    what = gettext_noop(
        "{option} is refused: SGLang accepts any word for it, and MOVA would turn the values that it computes with "
        "into the type of the quantized weights, so the first step is expected to fail."
    )
    advice = gettext_noop("Leave it out; --residency layerwise-offload needs less memory. To try it anyway: --force")


class TuneFailed(LaunchError):
    """No set of options could be measured."""

    what = gettext_noop("The launcher's own options could not be measured, so there is nothing to compare with.")
    advice = gettext_noop("Start the server without --tune, mend what it says, then tune it.")


class NoNumerics(LaunchError):
    """A tuning compares with numpy, which is missing."""

    what = gettext_noop("Clips cannot be compared: neither this Python nor SGLang's has numpy and PyAV.")
    advice = gettext_noop("Name a Python that has both: PYTHON=.venv/bin/python ./launch_sglang_server.sh --tune …")


class PortTaken(LaunchError):
    what = gettext_noop("Port {port} cannot be used: {holder}.")
    advice = gettext_noop("Stop what is using it, or choose another: --port {other}")


class BadHost(LaunchError):
    what = gettext_noop("{host} is not an address of this machine.")
    advice = gettext_noop("Use 127.0.0.1 for this machine alone, or 0.0.0.0 to let others in.")


class FolderUnusable(LaunchError):
    what = gettext_noop("The folder {folder} cannot be written to: {reason}.")
    advice = gettext_noop("Choose other folders with --output-path and --input-save-path.")


class SGLangMissing(LaunchError):
    what = gettext_noop("The command sglang is not installed here.")
    advice = gettext_noop(
        "./launch_sglang_server.sh --install makes an environment for it; or activate the one that has it."
    )


class SGLangLacksDiffusion(LaunchError):
    """SGLang is there without its part for videos."""

    what = gettext_noop("The SGLang that is installed cannot serve videos.")
    advice = gettext_noop("./launch_sglang_server.sh --install makes an environment with one that can.")


class SetUpUnfit(LaunchError):
    """What the machine lacks for it."""

    what = gettext_noop("MOVA would not run like this: {reason}.")
    advice = gettext_noop("{advice}. To start it anyway: --force")


class TooLittleDisk(LaunchError):
    """For an environment of SGLang's own."""

    what = gettext_noop("SGLang needs {needed} GB of disk while it is installed; {free} GB are free in {folder}.")
    advice = gettext_noop("Free some space, or put this program on a larger disk.")


class InstallFailed(LaunchError):
    what = gettext_noop("SGLang was not installed into {folder}.")
    advice = gettext_noop("The reason is above. Fix it and start again: what was downloaded is kept.")
    exit_code = 1
