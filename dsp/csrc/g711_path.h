/* g711_path.h  A-law decoding where tables fit into registers.  Each returns how many octets it took, whole vectors only. */
#ifndef KMCC_G711_PATH_H
#define KMCC_G711_PATH_H

#include <stddef.h>
#include <stdint.h>

size_t g711_alaw_decode_avx2(int16_t *pcm, const uint8_t *octets, size_t n);
size_t g711_alaw_decode_avx512(int16_t *pcm, const uint8_t *octets, size_t n);

#endif
