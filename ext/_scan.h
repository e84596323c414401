/* Find a byte in text, 64 bytes at a time. */
#ifndef OMNISIM_SCAN_H
#define OMNISIM_SCAN_H

#include <stdint.h>
#include <string.h>
#if defined(__SSE2__)
#include <emmintrin.h>
#endif

/* Return a mask whose bit i tells whether text[i] == byte; reads text[0:64]. */
static inline uint64_t match_64(const uint8_t *text, uint8_t byte)
{
    uint64_t mask = 0;
#if defined(__SSE2__)
    const __m128i wanted = _mm_set1_epi8((char)byte);
    for (int part = 0; part < 4; part++) {
        const __m128i sixteen = _mm_loadu_si128((const __m128i *)(text + 16 * part));
        const uint32_t found = (uint32_t)_mm_movemask_epi8(_mm_cmpeq_epi8(sixteen, wanted));
        mask |= (uint64_t)found << (16 * part);
    }
#else
    for (int i = 0; i < 64; i++)
        mask |= (uint64_t)(text[i] == byte) << i;
#endif
    return mask;
}

/* The same for the last bytes of a text, of which there are 0 < n < 64. */
static inline uint64_t match_rest(const uint8_t *text, int64_t n, uint8_t byte)
{
    uint8_t block[64] = {0};
    memcpy(block, text, (size_t)n);
    return match_64(block, byte) & (((uint64_t)1 << n) - 1);
}

static inline int lowest_bit(uint64_t mask)
{
    return __builtin_ctzll(mask);
}

/* Load text[0:n], n <= 16, as two words with zeros beyond its end; reads text[0:16]. */
static inline void load_short(const uint8_t *text, int64_t n, uint64_t *low, uint64_t *high)
{
    static const uint8_t keep[32] = {255, 255, 255, 255, 255, 255, 255, 255,
                                     255, 255, 255, 255, 255, 255, 255, 255};
    uint64_t mask_low, mask_high;
    memcpy(low, text, 8);
    memcpy(high, text + 8, 8);
    memcpy(&mask_low, keep + 16 - n, 8);
    memcpy(&mask_high, keep + 24 - n, 8);
    *low &= mask_low;
    *high &= mask_high;
}

#endif
