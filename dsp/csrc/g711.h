/* g711.h  ITU-T G.711 A-law and mu-law, bit exact; 16-bit linear scaled so that full scale is +3.14 dBm0. */
#ifndef KMCC_G711_H
#define KMCC_G711_H

#include <stddef.h>
#include <stdint.h>

void g711_alaw_decode(int16_t *pcm, const uint8_t *octets, size_t n);
void g711_alaw_decode_plain(int16_t *pcm, const uint8_t *octets, size_t n); /* portable C: where no path has tables */
void g711_alaw_encode(uint8_t *octets, const int16_t *pcm, size_t n);
void g711_ulaw_decode(int16_t *pcm, const uint8_t *octets, size_t n);
void g711_ulaw_encode(uint8_t *octets, const int16_t *pcm, size_t n);

#endif
