/* hdlc_fcs.h  The 16-bit FCS of ISO 13239 4.2.5.2 and Q.703 2.3.6: x^16 + x^12 + x^5 + 1, lowest bit first. */
#ifndef KMCC_HDLC_FCS_H
#define KMCC_HDLC_FCS_H

#include <stddef.h>
#include <stdint.h>

#define FCS_INIT    0xFFFFu
#define FCS_RESIDUE 0xF0B8u /* after a frame with its FCS */

/* What an octet does to the FCS, with none to three octets of zeros after it: four octets go in one step. */
struct fcs_table {
	uint16_t of[4][256];
};

static inline uint16_t fcs_add(const struct fcs_table *t, uint16_t fcs, uint8_t octet)
{
	return (uint16_t)(fcs >> 8 ^ t->of[0][(fcs ^ octet) & 0xFF]);
}

static inline void fcs_table_init(struct fcs_table *t)
{
	for (uint32_t octet = 0; octet < 256; octet++) {
		uint32_t rest = octet;

		for (int bit = 0; bit < 8; bit++)
			rest = rest & 1 ? rest >> 1 ^ 0x8408u : rest >> 1;
		t->of[0][octet] = (uint16_t)rest;
	}
	for (size_t zeros = 1; zeros < 4; zeros++)
		for (size_t octet = 0; octet < 256; octet++)
			t->of[zeros][octet] = fcs_add(t, t->of[zeros - 1][octet], 0);
}

static inline uint16_t fcs_of(const struct fcs_table *t, const uint8_t *octets, size_t length)
{
	uint16_t fcs = FCS_INIT;
	size_t   i = 0;

	for (; i + 4 <= length; i += 4)
		fcs = t->of[3][(fcs ^ octets[i]) & 0xFF] ^ t->of[2][(fcs >> 8 ^ octets[i + 1]) & 0xFF]
		    ^ t->of[1][octets[i + 2]] ^ t->of[0][octets[i + 3]];
	for (; i < length; i++)
		fcs = fcs_add(t, fcs, octets[i]);
	return fcs;
}

#endif
