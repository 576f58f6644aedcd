/* mfc_port.c  See mfc_port.h. */
#include "mfc_port.h"

#include "engine.h"
#include "level.h"

#include <math.h>

#define NONE         0xFFu     /* no signal */
#define FOREIGN      0u
#define SILENT       0.02f     /* share of the signal that is silence in 8 ms */
#define AUDIBLE      0.05f     /* and what is not, in half a millisecond */
#define NOISE_EDGE   3.5f      /* times the noise beside the signal: rarely more in half a millisecond */
#define NOISE_WINDOW 1.6f      /* in 8 ms */
#define NOISE_CELL   6.0f      /* never in half a millisecond */
#define FAINT           0.25f  /* share of its power that the signal still has when half of 8 ms is without it */
#define FAINT_AGAIN     16u    /* from look to look while something else sounds */
#define LOUD_CELLS      14u    /* of 16: a break leaves less */
#define FAINT_CHANCE    0.15f  /* of the residue: twice what two tones get of noise */
#define NOISY           0.10f  /* residue of two tones that have something beside them, perhaps speech */
#define NOISY_AGAIN     16u    /* from look to look meanwhile */
#define FOREIGN_SAMPLES 128u   /* 16 ms, after the 10 of a careful look */
#define FOREIGN_AGAIN   16u    /* from look to look meanwhile */

void port_forget(struct port *port, struct expected *expected, size_t number)
{
	*port = (struct port){.signal = NONE};
	expect_nothing(expected, number % LISTENER_LANES);
}

/* --- signals begin and end --- */

/* How far the sound goes back before the newest 8 ms. */
static uint32_t reach_back(const int16_t *newest, float silence)
{
	uint32_t back = 0;

	while (back < LISTENER_RECENT - FIT_QUICK
	       && (float)fit_energy(newest - FIT_QUICK - back - FIT_CELL, FIT_CELL) * (float)FIT_CELLS > silence)
		back += FIT_CELL;
	return back;
}

static void begin_signal(const struct port_look *l, uint8_t signal, const struct opinion *o)
{
	struct port *port = l->port;
	const float  low = o->fit.power[o->low];
	const float  high = o->fit.power[o->high];

	port->signal = signal;
	port->low = (uint8_t)o->low;
	port->high = (uint8_t)o->high;
	port->power = low + high;
	port->noise = o->fit.residue;
	port->changed = 0;
	port->is_foreign = 0;
	port->since = l->at - FIT_QUICK - reach_back(l->newest, JUDGE_HUSH * port->power + NOISE_EDGE * port->noise);
	if (signal == FOREIGN)
		expect_change(l->expected, l->number % LISTENER_LANES);
	else
		expect_signal(l->expected, l->number % LISTENER_LANES, o);
	report_add(l->r, l->number, EV_MFC_ON, signal, level_centi_dbm0(low), level_centi_dbm0(high));
}

static void end_signal(const struct port_look *l, uint32_t ago)
{
	const uint32_t ended = l->at - ago;

	report_add(l->r, l->number, EV_MFC_OFF, l->port->signal, (int32_t)(ended - l->port->since), (int32_t)ago);
	port_forget(l->port, l->expected, l->number);
}

/* Something foreign must stand for a while: then it is what the far end means. */
static int is_foreign_long_enough(const struct port_look *l)
{
	if (!l->port->is_foreign)
		l->port->foreign = l->at;
	l->port->is_foreign = 1;
	return l->at - l->port->foreign >= FOREIGN_SAMPLES;
}

/* With sound from end to end; otherwise `due` says when it may be. */
static int is_filled(const struct port_look *l, const float cell[FIT_CELLS], float energy)
{
	uint32_t silent = 0;

	while (silent < FIT_CELLS && cell[silent] <= JUDGE_HUSH * energy)
		silent++;
	l->port->due = l->at + silent * FIT_CELL;
	return silent == 0 && cell[FIT_CELLS - 1] > JUDGE_HUSH * energy;
}

/* --- a look at a port without a signal --- */

static int consider(const struct port_look *l)
{
	struct opinion o;

	judge(&o, l->judge, l->newest);
	if (o.verdict == JUDGE_SIGNAL) {
		begin_signal(l, judge_signal(&o), &o);
	} else if (o.verdict == JUDGE_FOREIGN) {
		l->port->due = l->at + FOREIGN_AGAIN;
		if (is_foreign_long_enough(l))
			begin_signal(l, FOREIGN, &o);
	} else if (o.verdict == JUDGE_NOTHING) {
		l->port->is_foreign = 0;
	} else if (o.verdict == JUDGE_TONES && o.fit.residue > NOISY * o.fit.energy) {
		l->port->due = l->at + NOISY_AGAIN;
	}
	return o.verdict != JUDGE_SIGNAL && o.verdict != JUDGE_NOTHING;
}

/* There is something to consider when the newest 8 ms are filled from end to end. */
static int listen(const struct port_look *l)
{
	float cell[FIT_CELLS];
	float energy;

	fit_cells(cell, &energy, l->newest);

	if (energy < JUDGE_LEAST) {
		l->port->is_foreign = 0;
		return 0;
	}
	return is_filled(l, cell, energy) ? consider(l) : 1;
}

/* --- a look at a port with a signal --- */

/* Samples since the last that are surely the signal's. */
static uint32_t silent_for(const struct port_look *l)
{
	const float audible = AUDIBLE * l->port->power + NOISE_CELL * l->port->noise;
	uint32_t silent = 0;

	while (silent < LISTENER_RECENT
	       && (float)fit_energy(l->newest - silent - FIT_CELL, FIT_CELL) * (float)FIT_CELLS <= audible)
		silent += FIT_CELL;
	return silent;
}

static int is_over(const struct port_look *l, const float cell[FIT_CELLS], float energy)
{
	const float edge = JUDGE_HUSH * l->port->power + NOISE_EDGE * l->port->noise;

	return energy < SILENT * l->port->power + NOISE_WINDOW * l->port->noise && cell[0] < edge
	    && cell[FIT_CELLS - 1] < edge;
}

/* What stands has differed from itself for some blocks without falling silent. */
static void review(const struct port_look *l)
{
	struct port *port = l->port;
	struct opinion o;

	port->changed = 0;
	judge(&o, l->judge, l->newest);
	const int same = judge_signal(&o) == port->signal;

	if (o.verdict == JUDGE_NOTHING) {
		end_signal(l, FIT_QUICK * BLOCKS_CHANGED);
	} else if (o.verdict == JUDGE_FOREIGN && port->signal != FOREIGN && is_foreign_long_enough(l)) {
		end_signal(l, 0);
		begin_signal(l, FOREIGN, &o);
	} else if (o.verdict == JUDGE_SIGNAL && same) {
		port->is_foreign = 0;
		expect_signal(l->expected, l->number % LISTENER_LANES, &o);
	} else if (o.verdict == JUDGE_SIGNAL) {
		end_signal(l, FIT_QUICK);
		begin_signal(l, judge_signal(&o), &o);
	}
}

static int is_loud_throughout(const struct port_look *l, const float cell[FIT_CELLS])
{
	const float edge = JUDGE_HUSH * l->port->power + NOISE_EDGE * l->port->noise;
	uint32_t loud = 0;

	for (size_t n = 0; n < FIT_CELLS; n++)
		loud += cell[n] >= edge;
	return loud >= LOUD_CELLS;
}

/* Something else sounds, perhaps speech, right after the signal: 1 when it is over all the same. */
static int has_faded(const struct port_look *l)
{
	struct port *port = l->port;
	struct fit fit;

	fit_quick(&fit, &l->judge->tables, l->newest);
	const float share = (fit.power[port->low] + fit.power[port->high] - FAINT_CHANCE * fit.residue) / port->power;

	if (share >= FAINT) {
		port->is_faint = 0;
		return 0;
	}
	if (!port->is_faint)
		port->faint = l->at - (uint32_t)((float)FIT_QUICK * (1.0f - sqrtf(share > 0.0f ? share : 0.0f)));
	port->is_faint = 1;
	return l->at - port->faint >= FIT_QUICK;
}

static int follow(const struct port_look *l)
{
	float cell[FIT_CELLS];
	float energy;

	fit_cells(cell, &energy, l->newest);
	const uint32_t silent = silent_for(l);

	if (silent >= FIT_QUICK && is_over(l, cell, energy)) {
		end_signal(l, silent);
		return 0;
	}
	if (l->port->changed >= BLOCKS_CHANGED && is_filled(l, cell, energy)) {
		review(l);
	} else if (l->port->signal != FOREIGN && is_loud_throughout(l, cell)) {
		l->port->due = l->at + FAINT_AGAIN;
		if (has_faded(l)) {
			end_signal(l, l->at - l->port->faint);
			return 0;
		}
	} else if (silent < FIT_QUICK) {
		l->port->due = l->at + FIT_QUICK - silent;
	}
	return 1;
}

int port_take(const struct port_look *l)
{
	if (l->port->due - l->at - 1u < LISTENER_RECENT)
		return 1;
	return l->port->signal == NONE ? listen(l) : follow(l);
}
