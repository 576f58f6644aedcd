/* echo_group.h  What sixteen line echo cancellers remember; only the canceller's own files read this.
 *
 * Speech is held in A-law's own 13 bits (a 16-bit sample is eight times that), so products of two samples are exact
 * in 24 bits, and a sum of 256 of them wraps only above the level of a sine at full scale.
 */
#ifndef KMCC_ECHO_GROUP_H
#define KMCC_ECHO_GROUP_H

#include <stddef.h>
#include <stdint.h>

#define ECHO_TAPS    256u /* 32 ms */
#define ECHO_LANES   16u
#define ECHO_BLOCK   8u   /* samples between two steps of learning; also the order of the projection */
#define ECHO_FEED    16u  /* samples; a feed is so long or a multiple */
#define ECHO_PAST    (ECHO_TAPS + ECHO_BLOCK) /* rows of far speech that a block reaches back */
#define ECHO_LONGEST 80u  /* samples of a feed */
#define ECHO_UNIT    8.0f /* 16-bit steps in one of ours */

#define ECHO_ONE     16384.0f /* a tap that changes nothing; 16 bits hold -2 to 2 */

typedef float   echo_lanes[ECHO_LANES];
typedef int32_t echo_words[ECHO_LANES];

struct echo_group {
	_Alignas(64) echo_words far[ECHO_PAST + ECHO_LONGEST]; /* a sample, and in the upper half the one before it */
	echo_words pairs[ECHO_TAPS / 2];          /* taps 2m and, in the upper half, 2m + 1, to the nearest whole */
	echo_lanes taps[ECHO_TAPS];               /* ECHO_ONE = 1 */
	echo_words lag[ECHO_BLOCK];               /* sum of x[n] x[n - lag] over the taps, modulo 2^32 */
	echo_words learns;                        /* all ones: this lane's taps may move */
	echo_lanes doubt;                         /* variance of a tap about the true one */
	echo_lanes gain;                          /* sum of the squares of the taps */
	echo_lanes loud;                          /* of the near side, decaying: what A-law's noise goes by */
	echo_lanes talk;                          /* mean square of the near speech */
	echo_lanes near_echo;                     /* smoothed products over a block: near x echo, echo x echo, */
	echo_lanes echo_echo;
	echo_lanes left_left;                     /* what is left x itself, */
	echo_lanes far_far;                       /* and far x far over the taps */
	echo_lanes settling;                      /* blocks until the path may be called changed again */
	uint32_t   blocks;
};

/* One block on its way. */
struct echo_block {
	_Alignas(64) echo_words near[ECHO_BLOCK]; /* heard */
	echo_words said[ECHO_BLOCK];              /* what shall be heard of it, in 16-bit samples */
	echo_lanes left[ECHO_BLOCK];              /* what the canceller left */
	echo_lanes echo;                          /* mean square of what it took off, */
	echo_lanes unsure;                        /* of the echo that may be left, by the doubt, */
	echo_lanes power;                         /* and of the far speech over the taps */
};

struct echo_residue;

/* One block whose first far sample is in row `row`: `near` becomes `said`.  One for each set of instructions, all
 * alike. */
typedef void echo_work(struct echo_group *g, struct echo_residue *r, uint32_t row, struct echo_block *b);

echo_work echo_work_plain;
#if defined(__x86_64__)
#define ECHO_X86 1
echo_work echo_work_sse2;
echo_work echo_work_avx2;
echo_work echo_work_avx512;
#endif

#endif
