"""The settings of Piste: declared once in `model`, read by `load`."""

from piste.settings.load import Disk, Files, InvalidSettings, Loaded, load
from piste.settings.model import Settings

__all__ = ["Disk", "Files", "InvalidSettings", "Loaded", "Settings", "load"]
