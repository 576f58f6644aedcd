/* pacer.c  See pacer.h. */
#define _GNU_SOURCE /* timerfd; setting the scheduling class of a thread before it runs */

#include "pacer.h"

#include "clock_error.h"
#include "kernel.h"

#include <errno.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdatomic.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/timerfd.h>
#include <time.h>
#include <unistd.h>

#define NS_A_SECOND 1000000000
#define MILLION     1000000
#define STACK       (512u * 1024u) /* octets; a tick needs a few thousand */
#define PULL        64             /* the reference's lead is made up in so many ticks */

typedef _Atomic uint64_t counter;

struct tally {
	counter ticks, late, caught_up, given_up, wakes, busy_ns, longest_ns, most_late_ns;
	counter lateness[PACER_LATENESS];
};

struct pacer {
	struct rack        *rack;
	struct pacer_config config;
	int                 timer;
	int                 wake;
	int                 is_started;
	_Atomic uint32_t    is_fifo;
	_Atomic uint32_t    is_locked;
	_Atomic int         shall_stop;
	pthread_t           thread;
	uint64_t            start_ns;
	uint64_t            due;    /* number of the tick that comes next */
	int64_t             pulled_ns; /* by which the ticks are earlier than the host's clock has them */
	struct tally        tally;
};

/* One writer: no need of a locked instruction. */
static void add(counter *c, uint64_t n)
{
	atomic_store_explicit(c, atomic_load_explicit(c, memory_order_relaxed) + n, memory_order_relaxed);
}

static void raise_to(counter *c, uint64_t n)
{
	if (n > atomic_load_explicit(c, memory_order_relaxed))
		atomic_store_explicit(c, n, memory_order_relaxed);
}

static uint64_t now_ns(void)
{
	struct timespec t;

	(void)clock_gettime(CLOCK_MONOTONIC, &t);
	return (uint64_t)t.tv_sec * NS_A_SECOND + (uint64_t)t.tv_nsec;
}

/* When tick n is due.  A clock that is x ppm fast has its ticks earlier. */
static uint64_t time_of(const struct pacer *p, uint64_t n)
{
	const uint64_t true_ns = n * p->config.period_ns;

	const uint64_t own_ns = (uint64_t)((__extension__(__int128)true_ns * MILLION) / (MILLION + p->config.off_ppm));

	return p->start_ns + own_ns - (uint64_t)p->pulled_ns;
}

static void wait_until(const struct pacer *p, uint64_t at_ns)
{
	const struct itimerspec when = {
		.it_value = {.tv_sec = (time_t)(at_ns / NS_A_SECOND), .tv_nsec = (long)(at_ns % NS_A_SECOND)},
	};
	uint64_t expirations;

	(void)timerfd_settime(p->timer, TFD_TIMER_ABSTIME, &when, NULL);
	while (read(p->timer, &expirations, sizeof expirations) < 0 && errno == EINTR)
		;
}

static void tell(struct pacer *p)
{
	const uint64_t one = 1;

	if (write(p->wake, &one, sizeof one) == (ssize_t)sizeof one)
		add(&p->tally.wakes, 1);
}

/* A little nearer to the clock of the reference. */
static void follow_reference(struct pacer *p)
{
	const int64_t most = (int64_t)(p->config.period_ns * PACER_PULL_PPM / MILLION);
	int64_t       step;

	if (p->config.reference == NULL)
		return;
	step = rack_behind(p->config.reference) / PULL;
	p->pulled_ns += step > most ? most : step < -most ? -most : step;
}

static void run_tick(struct pacer *p)
{
	struct tally  *t = &p->tally;
	const uint64_t due_ns = time_of(p, p->due);
	const uint64_t begun_ns = now_ns();
	const uint64_t late_ns = begun_ns > due_ns ? begun_ns - due_ns : 0;

	if (rack_step(p->rack, due_ns))
		tell(p);
	p->due++;
	follow_reference(p);

	const uint64_t took_ns = now_ns() - begun_ns;

	add(&t->ticks, 1);
	add(&t->lateness[pacer_class(late_ns)], 1);
	add(&t->late, late_ns > PACER_LATE_NS);
	add(&t->caught_up, late_ns >= p->config.period_ns);
	raise_to(&t->most_late_ns, late_ns);
	add(&t->busy_ns, took_ns);
	raise_to(&t->longest_ns, took_ns);
}

/* Ticks whose time has come, also the one that is due this very moment. */
static uint64_t overdue(const struct pacer *p)
{
	const uint64_t now = now_ns();
	uint64_t       n = 0;

	if (now < time_of(p, p->due))
		return 0;
	n = (now - time_of(p, p->due)) / p->config.period_ns;
	while (n > 0 && time_of(p, p->due + n) > now)
		n--;
	while (time_of(p, p->due + n) <= now)
		n++;
	return n;
}

static void give_up(struct pacer *p, uint64_t ticks)
{
	const uint32_t now = ticks < UINT16_MAX ? (uint32_t)ticks : UINT16_MAX; /* the rest in the next round */

	rack_skip(p->rack, now);
	p->due += now;
	add(&p->tally.given_up, now);
}

static void *live(void *argument)
{
	struct pacer *p = argument;

	while (!atomic_load_explicit(&p->shall_stop, memory_order_acquire)) {
		wait_until(p, time_of(p, p->due));

		uint64_t ticks = overdue(p);

		if (ticks > p->config.most_behind) {
			give_up(p, ticks - p->config.most_behind);
			ticks = overdue(p);
		}
		for (; ticks > 0 && !atomic_load_explicit(&p->shall_stop, memory_order_acquire); ticks--)
			run_tick(p);
	}
	return NULL;
}

size_t pacer_size(void)
{
	return kernel_lines(sizeof(struct pacer));
}

struct pacer *pacer_init(void *memory, struct rack *rack, const struct pacer_config *config)
{
	struct pacer *p = memory;

	memset(p, 0, sizeof *p);
	p->rack = rack;
	p->config = *config;
	return p;
}

static int create(struct pacer *p, int policy)
{
	const struct sched_param priority = {.sched_priority = policy == SCHED_FIFO ? (int)p->config.priority : 0};
	pthread_attr_t           how;
	int                      failed = pthread_attr_init(&how);

	if (failed)
		return failed;
	(void)pthread_attr_setstacksize(&how, STACK);
	(void)pthread_attr_setinheritsched(&how, PTHREAD_EXPLICIT_SCHED);
	failed = pthread_attr_setschedpolicy(&how, policy);
	if (!failed)
		failed = pthread_attr_setschedparam(&how, &priority);
	if (!failed)
		failed = pthread_create(&p->thread, &how, live, p);
	(void)pthread_attr_destroy(&how);
	return failed;
}

/* The highest class that is allowed.  Signals are for the threads that wait for them. */
static int start_thread(struct pacer *p)
{
	sigset_t all;
	sigset_t before;
	int      failed = EPERM;

	(void)sigfillset(&all);
	(void)pthread_sigmask(SIG_SETMASK, &all, &before);
	atomic_store(&p->is_fifo, 1);
	if (p->config.priority > 0)
		failed = create(p, SCHED_FIFO);
	if (failed) {
		atomic_store(&p->is_fifo, 0);
		failed = create(p, SCHED_OTHER);
	}
	(void)pthread_sigmask(SIG_SETMASK, &before, NULL);
	return failed;
}

int pacer_start(struct pacer *p, int wake)
{
	int failed;

	if (p->is_started)
		return EALREADY;
	p->timer = timerfd_create(CLOCK_MONOTONIC, TFD_CLOEXEC);
	if (p->timer < 0)
		return errno;
	p->wake = wake;
	p->start_ns = now_ns() + p->config.period_ns;
	p->due = 0;
	p->pulled_ns = 0;
	atomic_store(&p->shall_stop, 0);
	atomic_store(&p->is_locked, p->config.lock != NULL && mlock(p->config.lock, p->config.lock_octets) == 0);
	failed = start_thread(p);
	p->is_started = !failed;
	if (failed)
		(void)close(p->timer);
	return failed;
}

void pacer_stop(struct pacer *p)
{
	if (!p->is_started)
		return;
	atomic_store_explicit(&p->shall_stop, 1, memory_order_release);
	(void)pthread_join(p->thread, NULL);
	(void)close(p->timer);
	if (atomic_load(&p->is_locked))
		(void)munlock(p->config.lock, p->config.lock_octets);
	p->is_started = 0;
}

static uint64_t of(const counter *c)
{
	return atomic_load_explicit(c, memory_order_relaxed);
}

void pacer_read(const struct pacer *p, struct pacer_counters *out)
{
	const struct tally *t = &p->tally;

	*out = (struct pacer_counters){
		.ticks = of(&t->ticks), .late = of(&t->late), .caught_up = of(&t->caught_up), .given_up = of(&t->given_up),
		.wakes = of(&t->wakes), .busy_ns = of(&t->busy_ns), .longest_ns = of(&t->longest_ns),
		.most_late_ns = of(&t->most_late_ns), .is_fifo = atomic_load(&p->is_fifo), .is_locked = atomic_load(&p->is_locked),
	};
	for (int i = 0; i < PACER_LATENESS; i++)
		out->lateness[i] = of(&t->lateness[i]);
}
