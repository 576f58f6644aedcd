/* dtmf_verdict.h  Are the newest samples of a port a digit?  The exact decision on a candidate of dtmf.c. */
#ifndef KMCC_DTMF_VERDICT_H
#define KMCC_DTMF_VERDICT_H

#include "dtmf.h"
#include "twotone.h"

#define DTMF_TONES     8u
#define DTMF_LOW_TONES 4u
#define DTMF_PAIR_PIECES 9u /* that a first look takes: 40 ms */

/* What stays the same for all ports. */
struct dtmf_measures {
	struct twotone_wave wave[DTMF_TONES];
	struct twotone_wave dial;           /* 450 Hz */
	float               off[DTMF_TONES]; /* turns from piece to piece at 1.5 % and 2 Hz, which must be heard */
	float               floor;          /* mean square of the weakest tone */
};

/* Both tones of a candidate in the newest pieces. */
struct dtmf_pair {
	struct twotone_track       track[TWOTONE_MOST]; /* low, high, dial tone */
	const struct twotone_wave *wave[TWOTONE_MOST];
	size_t                     tones;               /* 3 in the mode that tolerates dial tone */
	float                      off[2];              /* of the measures, for these two */
};

void dtmf_measures_init(struct dtmf_measures *m, const float hz[DTMF_TONES]);

/* `key` is low tone * 4 + high tone. */
void dtmf_pair_init(struct dtmf_pair *p, const struct dtmf_measures *m, uint8_t key, enum dtmf_mode mode);

/* Fill pieces [from, to); `end` is behind the newest sample. */
void dtmf_pair_take(struct dtmf_pair *p, const int16_t *end, size_t from, size_t to);

/* 0: by the newest pieces, which are filled, this will be no digit. */
int dtmf_pair_hopeful(struct dtmf_pair *p, size_t newest);

/* Samples since both tones began, judged by how much of the pieces shows them; the newest ones lie within both. After
 * dtmf_pair_hopeful or a verdict, which measured their frequencies. */
uint64_t dtmf_pair_lasting(struct dtmf_pair *p, size_t newest);

/* Pieces a verdict needs at an age, in samples since the tones began. */
size_t dtmf_verdict_pieces(uint64_t age);

/* 1: a digit. */
int dtmf_verdict(struct dtmf_pair *p, const struct dtmf_measures *m, enum dtmf_mode mode, uint64_t age,
                 const int16_t *end);

/* When to ask again, as an age, after a verdict at `age` was no. */
uint64_t dtmf_verdict_again(uint64_t age);

#define DTMF_VERDICT_FROM (25u * 8u) /* the least age that makes sense */

#endif
