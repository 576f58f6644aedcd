/* mfc.c  China No.1 register signals (GB 3377-82): two of six forward, two of four backward; limits of Q.455.
 *
 * Compelled signalling pays for every millisecond four times a digit, yet bursts and breaks of 7 ms must pass unheard.
 * So a signal begins when the newest 8 ms are filled with it from end to end, and is over when they are empty from end
 * to end.  "To the end" is what the first and the last half millisecond say: two tones 120 Hz apart vanish together
 * every 8.3 ms, and even there a signal leaves more in 0.5 ms than silence does.
 *
 * A port is woken when a block's tones differ from what is expected of it: nothing, or the tones of the signal that
 * stands.  Within the signal it costs nothing but that comparison.
 * Three tones at once, or 660 or 540 Hz in the backward direction, are a foreign signal: code 0.
 */
#include "detectors.h"
#include "mfc_port.h"

#include <string.h>

#define NATIVE 4u /* backward tones that China uses: 1140 1020 900 780 */

struct mfc {
	struct port     *port;
	struct expected *expected;
	struct judge     judge;
};

static size_t groups_of(size_t ports)
{
	return (ports + LISTENER_LANES - 1) / LISTENER_LANES;
}

static size_t size(size_t ports)
{
	return kernel_lines(sizeof(struct mfc)) + kernel_lines(groups_of(ports) * sizeof(struct expected))
	     + kernel_lines(ports * sizeof(struct port));
}

static struct expected *expected_of(struct mfc *m, size_t number)
{
	return &m->expected[number / LISTENER_LANES];
}

static void forget(struct mfc *m, size_t number)
{
	port_forget(&m->port[number], expected_of(m, number), number);
}

static void enable(void *of, size_t port, int on)
{
	(void)on;
	forget(of, port);
	expected_of(of, port)->before[port % LISTENER_LANES] = 0.0f;
}

static void *init(void *memory, size_t ports, const struct detector *direction, size_t native)
{
	struct mfc *m = memory;

	memset(memory, 0, size(ports));
	m->expected = (struct expected *)(void *)((uint8_t *)memory + kernel_lines(sizeof *m));
	m->port = (struct port *)(void *)((uint8_t *)m->expected + kernel_lines(groups_of(ports) * sizeof *m->expected));
	judge_init(&m->judge, direction->hz, native);
	for (size_t number = 0; number < ports; number++)
		forget(m, number);
	return m;
}

static uint32_t block(void *of, const struct listener_block *b, struct report *r)
{
	struct mfc    *m = of;
	const uint32_t at = (uint32_t)b->at;
	uint32_t       woken;

	(void)r;
	expect_compare(&woken, expected_of(m, b->first), b);
	woken &= b->lanes;
	for (uint32_t lanes = woken; lanes != 0; lanes &= lanes - 1) {
		struct port *port = &m->port[b->first + (size_t)__builtin_ctz(lanes)];

		port->changed = at - port->changed_at == LISTENER_BLOCK ? count_up(port->changed, BLOCKS_CHANGED) : 1;
		port->changed_at = at;
	}
	return woken;
}

static int look(void *of, size_t number, uint64_t at, const int16_t *recent, struct report *r)
{
	struct mfc *m = of;
	const struct port_look l = {
		.judge = &m->judge, .expected = expected_of(m, number), .port = &m->port[number], .number = number,
		.at = (uint32_t)at, .newest = recent + LISTENER_RECENT, .r = r,
	};

	return port_take(&l);
}

static void *init_forward(void *memory, size_t ports)
{
	return init(memory, ports, &MFC_FORWARD, FIT_TONES);
}

static void *init_backward(void *memory, size_t ports)
{
	return init(memory, ports, &MFC_BACKWARD, NATIVE);
}

const struct detector MFC_FORWARD = {
	.name = "mfc forward", .size = size, .init = init_forward, .enable = enable, .block = block, .look = look,
	.every = 1, .tones = FIT_TONES, .hz = {1380, 1500, 1620, 1740, 1860, 1980},
};

const struct detector MFC_BACKWARD = {
	.name = "mfc backward", .size = size, .init = init_backward, .enable = enable, .block = block, .look = look,
	.every = 1, .tones = FIT_TONES, .hz = {1140, 1020, 900, 780, 660, 540},
};
