/* channel.c  The DAHDI requests that libopenr2 1.3.3 makes, answered from memory (dahdi/user.h, code 0xDA). */
#define _GNU_SOURCE
#include "channel.h"

#include <errno.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <sys/types.h>
#include <unistd.h>

enum { EVENTS = 16, SILENCE = 0xD5, SIG_CAS = 1 << 15, DIRECTION_READ = 2 };

enum request {
	FLUSH = 3, GET_PARAMS = 5, GET_EVENT = 8, IOMUX = 9, SET_GAINS = 16, BUFFER_INFO = 27,
	ECHO_CANCEL = 33, CHANNEL_NUMBER = 34, SPECIFY = 38, SET_LAW = 39, BITS = 43
};
enum { MUX_READ = 1, MUX_WRITE = 2, MUX_EVENT = 8 };
enum { EVENT_BITS_CHANGED = 13, FLUSH_WRITE = 2 };

struct queue {
	uint8_t octets[CHANNEL_QUEUE];
	int     held;
};

struct channel {
	int          is_open, number, sent_bits, received_bits;
	struct queue in, out;
	int          events[EVENTS];
	int          event_count;
};

static struct channel channels[CHANNEL_COUNT];
static uint64_t       now_us;
static int            frame = 160;

static struct channel *find(int fd)
{
	if (fd < CHANNEL_FD || fd >= CHANNEL_FD + CHANNEL_COUNT || !channels[fd - CHANNEL_FD].is_open)
		return NULL;
	return &channels[fd - CHANNEL_FD];
}

static int put(struct queue *q, const uint8_t *octets, int n)
{
	if (q->held + n > CHANNEL_QUEUE)
		return -1;
	memcpy(q->octets + q->held, octets, (size_t)n);
	q->held += n;
	return n;
}

static int take(struct queue *q, uint8_t *octets, int n)
{
	const int got = q->held < n ? q->held : n;

	memcpy(octets, q->octets, (size_t)got);
	q->held -= got;
	memmove(q->octets, q->octets + got, (size_t)q->held);
	return got;
}

static int next_event(struct channel *c)
{
	const int event = c->event_count ? c->events[0] : 0;

	if (c->event_count) {
		c->event_count--;
		memmove(c->events, c->events + 1, (size_t)c->event_count * sizeof(int));
	}
	return event;
}

static int ready(const struct channel *c, int wanted)
{
	const int now = (c->event_count ? MUX_EVENT : 0) | (c->in.held ? MUX_READ : 0) |
			(c->out.held + frame <= 2 * frame ? MUX_WRITE : 0);

	return wanted & now;
}

int channel_open(int number)
{
	for (int i = 0; i < CHANNEL_COUNT; i++) {
		if (channels[i].is_open)
			continue;
		memset(&channels[i], 0, sizeof channels[i]);
		channels[i].is_open = 1;
		channels[i].number = number;
		return CHANNEL_FD + i;
	}
	return -1;
}

void channel_close(int fd)
{
	struct channel *c = find(fd);

	if (c)
		c->is_open = 0;
}

void channel_set_frame(int samples)
{
	frame = samples;
}

void channel_set_time_us(uint64_t us)
{
	now_us = us;
}

void channel_receive(int fd, const uint8_t *alaw, int n)
{
	struct channel *c = find(fd);

	if (c)
		(void)put(&c->in, alaw, n);
}

int channel_send(int fd, uint8_t *alaw, int n)
{
	struct channel *c = find(fd);
	const int       got = c ? take(&c->out, alaw, n) : 0;

	memset(alaw + got, SILENCE, (size_t)(n - got));
	return got;
}

void channel_receive_bits(int fd, int abcd)
{
	struct channel *c = find(fd);

	if (!c || c->received_bits == abcd)
		return;
	c->received_bits = abcd;
	if (c->event_count < EVENTS)
		c->events[c->event_count++] = EVENT_BITS_CHANGED;
}

int channel_sent_bits(int fd)
{
	const struct channel *c = find(fd);

	return c ? c->sent_bits : 0;
}

/* --- what libopenr2 calls --------------------------------------------------------------------------------------- */

static int answer(struct channel *c, enum request request, int is_read, int *value)
{
	switch (request) {
	case CHANNEL_NUMBER:
		*value = c->number;
		return 0;
	case GET_PARAMS: /* struct dahdi_params: channel number first, signalling type fourth */
		value[0] = c->number;
		value[3] = SIG_CAS;
		return 0;
	case BUFFER_INFO: /* struct dahdi_bufferinfo: the size of a buffer fourth */
		if (is_read) {
			memset(value, 0, 6 * sizeof(int));
			value[3] = frame;
		}
		return 0;
	case BITS:
		if (is_read)
			*value = c->received_bits;
		else
			c->sent_bits = *value & 0xf;
		return 0;
	case FLUSH:
		if (*value & FLUSH_WRITE)
			c->out.held = 0;
		return 0;
	case GET_EVENT:
		*value = next_event(c);
		return 0;
	case IOMUX:
		*value = ready(c, *value);
		return 0;
	case SET_GAINS:
	case SET_LAW:
	case ECHO_CANCEL:
	case SPECIFY:
		return 0;
	}
	errno = ENOTTY;
	return -1;
}

int ioctl(int fd, unsigned long request, ...)
{
	struct channel *c = find(fd);
	va_list         arguments;

	va_start(arguments, request);
	void *argument = va_arg(arguments, void *);
	va_end(arguments);
	if (!c)
		return (int)syscall(SYS_ioctl, fd, request, argument);
	return answer(c, (enum request)(request & 0xff), (int)(request >> 30) & DIRECTION_READ, argument);
}

ssize_t read(int fd, void *octets, size_t n)
{
	struct channel *c = find(fd);

	return c ? take(&c->in, octets, (int)n) : syscall(SYS_read, fd, octets, n);
}

ssize_t write(int fd, const void *octets, size_t n)
{
	struct channel *c = find(fd);

	if (!c)
		return syscall(SYS_write, fd, octets, n);
	if (put(&c->out, octets, (int)n) < 0) {
		errno = EAGAIN;
		return -1;
	}
	return (ssize_t)n;
}

int gettimeofday(struct timeval *restrict when, void *restrict zone)
{
	(void)zone;
	when->tv_sec = (time_t)(now_us / 1000000);
	when->tv_usec = (suseconds_t)(now_us % 1000000);
	return 0;
}
