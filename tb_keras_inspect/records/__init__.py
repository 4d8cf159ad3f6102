"""The wire format: what a summary value holds, how it is written and read, and event files.

`inspect.proto` is the source; `inspect_pb2.py` is generated from it (`make proto`). Every folder may
import this one except `files` and `catalog`, which it imports.
"""

from tb_keras_inspect.catalog.kinds import (
    PLUGIN_NAME,
    SCHEMA_VERSION,
    TAG_PREFIX,
    Kind,
)
from tb_keras_inspect.records.decode import (
    decode_activation_function,
    decode_control,
    decode_finding,
    decode_histogram,
    decode_map,
    decode_map_index,
    decode_model,
    decode_probe,
    decode_sample_inputs,
    decode_sample_loss,
    decode_table,
    decode_units,
)
from tb_keras_inspect.records.decoded import (
    DecodedActivationFunction,
    DecodedHistogram,
    DecodedMap,
    DecodedProbe,
    DecodedSampleInputs,
    DecodedSampleLoss,
    DecodedTable,
    DecodedUnits,
    NewerVersionError,
    RecordError,
)
from tb_keras_inspect.records.encode import (
    encode_activation_function,
    encode_histogram,
    encode_map,
    encode_map_index,
    encode_probe,
    encode_sample_inputs,
    encode_sample_loss,
    encode_table,
    encode_units,
    seal_model,
)

__all__ = [
    "PLUGIN_NAME",
    "SCHEMA_VERSION",
    "TAG_PREFIX",
    "DecodedActivationFunction",
    "DecodedHistogram",
    "DecodedMap",
    "DecodedProbe",
    "DecodedSampleInputs",
    "DecodedSampleLoss",
    "DecodedTable",
    "DecodedUnits",
    "Kind",
    "NewerVersionError",
    "RecordError",
    "decode_activation_function",
    "decode_control",
    "decode_finding",
    "decode_histogram",
    "decode_map",
    "decode_map_index",
    "decode_model",
    "decode_probe",
    "decode_sample_inputs",
    "decode_sample_loss",
    "decode_table",
    "decode_units",
    "encode_activation_function",
    "encode_histogram",
    "encode_map",
    "encode_map_index",
    "encode_probe",
    "encode_sample_inputs",
    "encode_sample_loss",
    "encode_table",
    "encode_units",
    "seal_model",
]
