/* mfc_expect.h  What a group of ports is compared with at the end of every block: nothing, or the tones that stand. */
#ifndef KMCC_MFC_EXPECT_H
#define KMCC_MFC_EXPECT_H

#include "listener.h"
#include "mfc_judge.h"

struct expected {
	float power[FIT_TONES][LISTENER_LANES];
	float change[LISTENER_LANES]; /* differ by more, and by more than this share of the energy, to be woken */
	float share[LISTENER_LANES];  /* 0 or less where a signal stands; elsewhere the two strongest tones must also make a
	                                 pair, unless the port has grown louder by far */
	float before[LISTENER_LANES]; /* energy of the last block */
};

void expect_nothing(struct expected *e, size_t lane);
void expect_signal(struct expected *e, size_t lane, const struct opinion *o);  /* its two tones */
void expect_change(struct expected *e, size_t lane);  /* whatever comes is one: woken by every block */

/* Bit a lane that differs. */
void expect_compare(uint32_t *lanes, struct expected *e, const struct listener_block *b);

#endif
