/* mfc_judge.h  What the newest samples of a port are: two register tones and nothing else, or something else. */
#ifndef KMCC_MFC_JUDGE_H
#define KMCC_MFC_JUDGE_H

#include "mfc_fit.h"

#define JUDGE_LEAST 6544.4f /* mean square of -46 dBm0: a block that the weakest signal fills for 2.5 ms */
#define JUDGE_HUSH  0.003f  /* share of a signal: as little in half a millisecond is silence */

enum verdict {
	JUDGE_NOTHING, /* no pair of tones */
	JUDGE_TONES,   /* a pair, with too much beside it */
	JUDGE_PENDING, /* a pair that must be looked at for 10 ms */
	JUDGE_FOREIGN, /* a third tone, or one that this direction does not use */
	JUDGE_SIGNAL
};

struct judge {
	size_t            native; /* tones of this direction that are used, the first ones */
	float             floor;  /* of each tone */
	struct fit_tables tables;
};

struct opinion {
	enum verdict verdict;
	size_t       low, high; /* the two strongest tones */
	struct fit   fit;
};

void judge_init(struct judge *j, const float hz[FIT_TONES], size_t native);

/* The newest 8 ms, filled with sound from end to end, and if they leave a doubt the newest 10. */
void judge(struct opinion *o, const struct judge *j, const int16_t *newest);

/* Numbered as the pairs are counted: 01 02 12 03 13 23 04 ... */
static inline uint8_t judge_signal(const struct opinion *o)
{
	return (uint8_t)(fit_pair(o->low, o->high) + 1);
}

#endif
