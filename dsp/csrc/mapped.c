/* mapped.c  See mapped.h.  What the other side wrote is trusted for nothing but its octets. */
#include "mapped.h"

#include "engine_state.h"
#include "kernel.h"
#include "rack_slot.h"
#include "stores.h"
#include "words.h"

#include <string.h>

#define MAGIC "KMCC-E1"
#define MASK  (MAPPED_BLOCKS - 1u)

enum { WORDS = sizeof(struct mapped_counters) / sizeof(uint64_t) };

struct block {
	uint64_t at_ns;
	uint32_t generation;
	uint32_t reserved;
};

struct mapped {
	struct rack_slot      slot;
	struct mapped_header *header;
	struct mapped_ring   *out;
	struct mapped_ring   *in;
	uint8_t              *out_blocks;
	uint8_t              *in_blocks;
	uint32_t              spans;
	uint32_t              lines;
	uint32_t              samples;
	uint32_t              generation;
	uint32_t              of_peer; /* generation of the last block */
	struct stores         stores;
	struct mapped_counters counted;
	uint64_t              told[WORDS]; /* of counted, for other threads */
};

static struct mapped *mapped_of(struct rack_slot *s)
{
	return (struct mapped *)(void *)s;
}

static size_t frames_octets(uint32_t spans, uint32_t samples)
{
	return (size_t)spans * samples * ENGINE_TIMESLOTS;
}

static size_t block_octets(uint32_t spans, uint32_t lines, uint32_t samples)
{
	return kernel_lines(sizeof(struct block) + frames_octets(spans, samples) + (size_t)lines * samples + lines);
}

size_t mapped_octets(uint32_t spans, uint32_t lines, uint32_t tick_samples)
{
	return MAPPED_PAGE + (size_t)MAPPED_SIDES * MAPPED_BLOCKS * block_octets(spans, lines, tick_samples);
}

size_t mapped_size(uint32_t spans, uint32_t lines)
{
	return kernel_lines(sizeof(struct mapped)) + stores_size(spans, lines);
}

void mapped_format(void *mapping, uint32_t spans, uint32_t lines, uint32_t tick_samples)
{
	struct mapped_header *h = mapping;

	h->version = MAPPED_VERSION;
	h->spans = spans;
	h->lines = lines;
	h->tick_samples = tick_samples;
	__atomic_thread_fence(__ATOMIC_RELEASE);
	memcpy(h->magic, MAGIC, sizeof h->magic);
}

static uint8_t *block_at(const struct mapped *m, uint8_t *blocks, uint64_t number)
{
	return blocks + (number & MASK) * block_octets(m->spans, m->lines, m->samples);
}

/* --- out ------------------------------------------------------------------------------------------------------- */

static void write_block(const struct mapped *m, uint8_t *to, const struct engine *e, uint64_t at_ns)
{
	const struct rack_place *place = &m->slot.place;
	const struct block       head = {.at_ns = at_ns, .generation = m->generation};
	uint8_t                 *frames = to + sizeof head;
	uint8_t                 *octets = frames + frames_octets(m->spans, m->samples);

	memcpy(to, &head, sizeof head);
	memcpy(frames, engine_span_tx(e, place->span), frames_octets(place->spans, m->samples));
	memcpy(octets, engine_line_tx(e, place->line), (size_t)place->lines * m->samples);
	memcpy(octets + (size_t)m->lines * m->samples, e->line_out + place->line, place->lines);
}

static void send_block(struct mapped *m, const struct engine *e, uint64_t at_ns)
{
	const uint64_t head = m->out->head;

	if (head - __atomic_load_n(&m->out->tail, __ATOMIC_ACQUIRE) >= MAPPED_BLOCKS) {
		__atomic_store_n(&m->out->refused, m->out->refused + 1, __ATOMIC_RELAXED);
		return;
	}
	write_block(m, block_at(m, m->out_blocks, head), e, at_ns);
	__atomic_store_n(&m->out->head, head + 1, __ATOMIC_RELEASE);
}

/* --- in -------------------------------------------------------------------------------------------------------- */

static void take_block(struct mapped *m, const uint8_t *from)
{
	struct block   head;
	const uint8_t *frames = from + sizeof head;
	const uint8_t *octets = frames + frames_octets(m->spans, m->samples);

	memcpy(&head, from, sizeof head);
	if (head.generation != m->of_peer) {
		m->of_peer = head.generation;
		m->counted.generations++;
		elastic_reset(&m->stores.control);
	}
	stores_put(&m->stores, frames, octets, octets + (size_t)m->lines * m->samples, head.at_ns);
	m->counted.received++;
}

static void receive_blocks(struct mapped *m)
{
	const uint64_t head = __atomic_load_n(&m->in->head, __ATOMIC_ACQUIRE);
	uint64_t       tail = m->in->tail;

	if (head - tail > MAPPED_BLOCKS)
		tail = head; /* no ring that we know */
	for (; tail != head; tail++)
		take_block(m, block_at(m, m->in_blocks, tail));
	__atomic_store_n(&m->in->tail, tail, __ATOMIC_RELEASE);
}

static void tell(struct mapped *m)
{
	uint64_t words[WORDS];

	m->counted.elastic = m->stores.control.counted;
	m->counted.refused = m->out->refused;
	memcpy(words, &m->counted, sizeof words);
	words_tell(m->told, words, WORDS);
}

void mapped_read(const struct rack_slot *slot, struct mapped_counters *out)
{
	const struct mapped *m = (const struct mapped *)(const void *)slot;
	uint64_t             words[WORDS];

	words_read(words, m->told, WORDS);
	memcpy(out, words, sizeof words);
}

static void exchange(struct rack_slot *s, struct engine *e, uint64_t at_ns)
{
	struct mapped *m = mapped_of(s);

	send_block(m, e, at_ns);
	receive_blocks(m);
	stores_give(&m->stores, e, &s->place, at_ns);
	tell(m);
}

static int64_t behind(const struct rack_slot *s)
{
	return elastic_behind(&((const struct mapped *)(const void *)s)->stores.control);
}

static const struct rack_kind MAPPED = {.exchange = exchange, .behind = behind};

struct rack_slot *mapped_init(void *memory, void *mapping, uint32_t side, const struct elastic_config *config)
{
	struct mapped        *m = memory;
	struct mapped_header *h = mapping;
	const size_t          ring = MAPPED_BLOCKS * block_octets(h->spans, h->lines, h->tick_samples);
	uint8_t              *blocks = (uint8_t *)mapping + MAPPED_PAGE;

	memset(m, 0, sizeof *m);
	m->slot.kind = &MAPPED;
	m->header = h;
	m->out = &h->ring[side];
	m->in = &h->ring[1 - side];
	m->out_blocks = blocks + side * ring;
	m->in_blocks = blocks + (1 - side) * ring;
	m->spans = h->spans;
	m->lines = h->lines;
	m->samples = h->tick_samples;
	m->generation = ++h->generation[side];
	m->in->tail = __atomic_load_n(&m->in->head, __ATOMIC_ACQUIRE);
	stores_init(&m->stores, (uint8_t *)memory + kernel_lines(sizeof *m), m->spans, m->lines, config);
	return &m->slot;
}
