/* pacer.h  The real-time thread that owns a rack: one tick at each of its times, whatever the rest of the program does.
 *
 * The times are absolute (timerfd): tick n is due at the start + n periods, and lateness never adds up.  A tick that is
 * found overdue is caught up with at once, back to back; of more than `most_behind` the oldest are given up (rack_skip),
 * so that the engine's time stays true whatever happened.  The thread runs by SCHED_FIFO with its memory locked where
 * the system allows, else by normal priority: never an error, but told by the counters.
 *
 * With a reference the ticks follow the clock of that board, within PACER_PULL_PPM of the host's: a small part of what its
 * elastic store is off the centre is made up at each tick, so that it never slips.
 *
 * While the thread runs, nothing else may tick the engines of the rack.  Others post commands, take events and read
 * engine_now, engine_taken, engine_level and the recorders; each ring has one writer and one reader.
 */
#ifndef KMCC_PACER_H
#define KMCC_PACER_H

#include "rack.h"

enum {
	PACER_LATE_NS = 1000000, /* a tick that begins later than this is a late one */
	PACER_PULL_PPM = 200,    /* an E1 is within 50 of its rate (G.703) */
	PACER_LATENESS = 257     /* classes of lateness, see pacer_class */
};

struct pacer;

struct pacer_config {
	uint64_t period_ns;   /* of a tick */
	uint32_t most_behind; /* ticks that are caught up with at once */
	uint32_t priority;    /* SCHED_FIFO, 1..99; 0 = normal priority is wanted */
	int32_t  off_ppm;     /* this clock's error, for tests; 0 = true */
	uint32_t reserved;
	struct rack_slot *reference; /* the board whose clock this one follows, or NULL */
	void    *lock;        /* what is locked into memory while the thread runs, or NULL */
	size_t   lock_octets;
};

/* Since the start; each field is whole, but two fields may be of two ticks. */
struct pacer_counters {
	uint64_t ticks;      /* that were run */
	uint64_t late;       /* of these, begun more than PACER_LATE_NS after their time */
	uint64_t caught_up;  /* of these, begun after the next one was due already */
	uint64_t given_up;   /* not run */
	uint64_t wakes;      /* times that events were told of */
	uint64_t busy_ns;    /* that all the ticks took */
	uint64_t longest_ns; /* tick */
	uint64_t most_late_ns; /* tick */
	uint32_t is_fifo;    /* 1: SCHED_FIFO was allowed */
	uint32_t is_locked;  /* 1: the memory is locked */
	uint64_t lateness[PACER_LATENESS]; /* ticks by class */
};

/* Classes of lateness: 0 is below 1024 ns; then eight for each doubling: a class is an eighth wide at most. */
uint32_t pacer_class(uint64_t late_ns);
uint64_t pacer_class_end_ns(uint32_t class); /* what is in the class is less */

size_t        pacer_size(void);
struct pacer *pacer_init(void *memory, struct rack *rack, const struct pacer_config *config);

/* Start the thread; 0, or an errno. `wake` is an eventfd that is written to after each tick that left an event. */
int  pacer_start(struct pacer *p, int wake);
void pacer_stop(struct pacer *p); /* returns when the thread has ended; more than once does nothing */
void pacer_read(const struct pacer *p, struct pacer_counters *out);

#endif
