/* mfc_port.h  Where the register signal of one port begins and ends (mfc.c). */
#ifndef KMCC_MFC_PORT_H
#define KMCC_MFC_PORT_H

#include "mfc_expect.h"

#define BLOCKS_CHANGED 3u /* in a row: look closer at what stands */

/* Times are samples, modulo 2^32. */
struct port {
	uint8_t  signal;     /* reported, 0 = foreign, or none */
	uint8_t  changed;    /* blocks in a row that differed from what stands */
	uint8_t  is_foreign; /* since `foreign` */
	uint8_t  is_faint;   /* since `faint` */
	uint8_t  low, high;  /* its tones */
	uint32_t changed_at;
	uint32_t due;        /* no look can tell anything before */
	uint32_t since;      /* first sample of the signal */
	uint32_t foreign;
	uint32_t faint;
	float    power;      /* of the signal that stands, mean square */
	float    noise;      /* beside it */
};

/* A look at a port. */
struct port_look {
	const struct judge *judge;
	struct expected    *expected; /* of the port's group */
	struct port        *port;
	size_t              number;
	uint32_t            at;
	const int16_t      *newest;   /* the samples end here */
	struct report      *r;
};

/* Nothing is heard, and nothing expected. */
void port_forget(struct port *port, struct expected *expected, size_t number);

/* 1 = look again in a millisecond, until the next block decides. */
int  port_take(const struct port_look *l);

#endif
