/* fsk_frame.h  The bit clock and the start-stop frames of a received FSK line (fsk.c), and whether there is a carrier.
 *
 * Edges steer the clock.  Between frames it expects the next start bit where the last stop bit ends: there the bits
 * decide; elsewhere, and after a longer pause, a falling edge begins a frame.  Octets count only once the carrier has
 * been marks for a while: the channel seizure before them is octets 55H too.
 */
#ifndef KMCC_FSK_FRAME_H
#define KMCC_FSK_FRAME_H

#include <stdint.h>

enum { FSK_IDLE = 10, FSK_NO_OCTET = -1 };

struct fsk_frame {
	int32_t  window;  /* where the next three bits begin, in units (fsk_clock.h) from the first sample of the block */
	int32_t  fell;    /* the last edge from mark to space */
	int32_t  moved;   /* units by which the last start bit moved the clock */
	uint32_t bits;    /* of the frame so far, the start bit lowest */
	uint8_t  bit;     /* the next one: 0 = start, 9 = stop, FSK_IDLE */
	uint8_t  marks;   /* since the last frame */
	uint8_t  synced;  /* the clock is that of the frames */
	uint8_t  trust;   /* bits that had a carrier, less those that had none */
	uint8_t  carrier;
	uint8_t  armed;   /* octets count */
};

void    fsk_forget(struct fsk_frame *f);
void    fsk_pass(struct fsk_frame *f, int32_t units);           /* time counts from so much later on */
void    fsk_edge(struct fsk_frame *f, int32_t at, int falls);
int     fsk_follow_carrier(struct fsk_frame *f, int pure);      /* 1 when it came or went */

/* The bit that begins at `window`: the frame complete with it, its stop bit above its octet, or FSK_NO_OCTET. */
int32_t fsk_take_bit(struct fsk_frame *f, int bit);

#endif
