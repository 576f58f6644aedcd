/* echo_residue.h  What sixteen echo cancellers know of near speech and background, for what is left of the echo. */
#ifndef KMCC_ECHO_RESIDUE_H
#define KMCC_ECHO_RESIDUE_H

#include "echo_group.h"

struct echo_residue {
	_Alignas(64) echo_words suppress; /* all ones: the non-linear processor may act */
	echo_words comfort;   /* all ones: it fills the gap with noise, else with silence */
	echo_words random;
	echo_words fresh;     /* 1 = the window began before this lane did */
	echo_lanes hangover;  /* blocks for which near speech still counts as heard */
	echo_lanes left;      /* smoothed mean squares: what is left, */
	echo_lanes echo;      /* what was taken off, */
	echo_lanes unsure;    /* what the doubt allows of echo */
	echo_lanes open;      /* 1 = what is left goes through, 0 = noise instead */
	echo_lanes before;    /* last sample of what is left */
	echo_lanes sum;       /* over the window: of the samples, */
	echo_lanes squares;
	echo_lanes products;  /* of each with the one before, */
	echo_lanes echoes;    /* of the echo that may be in it */
	echo_lanes least;     /* of the windows of this second, the quietest without echo: mean square */
	echo_lanes least_tint;
	echo_lanes noise;     /* the background's mean square, < 0: not known yet */
	echo_lanes tint;      /* its correlation from sample to sample */
	echo_lanes drive;     /* so much of the dice makes such noise */
	echo_lanes hiss;      /* last sample of the comfort noise */
	uint32_t   blocks;
	uint32_t   windows;
};

void echo_residue_forget(struct echo_residue *r, size_t lane);

/* A block is over; at the end of a window look whether it was the quietest. */
void echo_residue_count(struct echo_residue *r);

#endif
