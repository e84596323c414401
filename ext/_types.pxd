"""Integer widths shared by the kernels."""
from libc.stdint cimport int8_t, int16_t, int32_t, int64_t, uint64_t
