"""One frozen pydantic model per stage.

The Prefect UI form, the command line's flags and help, and all validation come from these
fields: nothing is declared twice. A composed stage inherits the fields of its parts.
"""

from nocturne.schemas.config.base import (
    Config,
    CorpusConfig,
    SchemeConfig,
    SchemeName,
    Seeded,
    StorageConfig,
)
from nocturne.schemas.config.compose import ComposeConfig, RetrainConfig, StagesConfig
from nocturne.schemas.config.corpus_name import CorpusName
from nocturne.schemas.config.generate import GenerateConfig
from nocturne.schemas.config.ingest import IngestConfig, Reader
from nocturne.schemas.config.prepare import PrepareConfig
from nocturne.schemas.config.sampling import RandomInput, SamplingConfig
from nocturne.schemas.config.tidy import TidyConfig
from nocturne.schemas.config.train import (
    Executor,
    Precision,
    PromoteConfig,
    TrainConfig,
)
from nocturne.schemas.network_shape import PresetName

__all__ = [
    "ComposeConfig",
    "Config",
    "CorpusConfig",
    "CorpusName",
    "Executor",
    "GenerateConfig",
    "IngestConfig",
    "Precision",
    "PrepareConfig",
    "PresetName",
    "PromoteConfig",
    "RandomInput",
    "Reader",
    "RetrainConfig",
    "SamplingConfig",
    "SchemeConfig",
    "SchemeName",
    "Seeded",
    "StagesConfig",
    "StorageConfig",
    "TidyConfig",
    "TrainConfig",
]
