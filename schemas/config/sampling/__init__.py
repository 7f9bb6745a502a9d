"""What may be asked of a generation run, in groups of fields: SamplingConfig has them all."""

from nocturne.schemas.config.sampling.sampling import SamplingConfig
from nocturne.schemas.config.sampling.size import MOST_SAMPLES
from nocturne.schemas.config.sampling.start import RandomInput

__all__ = ["MOST_SAMPLES", "RandomInput", "SamplingConfig"]
