/* register_dsp.c  See register_dsp.h. The prototypes are those of spandsp 0.0.6 (r2_mf_rx.h, r2_mf_tx.h). */
#include "register_dsp.h"

void *r2_mf_rx_init(void *s, int forward, void *callback, void *user);
int   r2_mf_rx(void *s, const int16_t *samples, int n);
int   r2_mf_rx_get(void *s);
int   r2_mf_rx_free(void *s);
void *r2_mf_tx_init(void *s, int forward);
int   r2_mf_tx(void *s, int16_t *samples, int n);
int   r2_mf_tx_put(void *s, char signal);
int   r2_mf_tx_free(void *s);

static void *state(void *handle)
{
	return ((struct register_machine *)handle)->spandsp;
}

static void *read_init(void *handle, int forward)
{
	return ((struct register_machine *)handle)->spandsp = r2_mf_rx_init(state(handle), forward, NULL, NULL);
}

static void *write_init(void *handle, int forward)
{
	return ((struct register_machine *)handle)->spandsp = r2_mf_tx_init(state(handle), forward);
}

static int detect(void *handle, const int16_t samples[], int n)
{
	r2_mf_rx(state(handle), samples, n);
	return r2_mf_rx_get(state(handle));
}

static int generate(void *handle, int16_t samples[], int n) { return r2_mf_tx(state(handle), samples, n); }
static int choose(void *handle, char signal) { return r2_mf_tx_put(state(handle), signal); }

static int wants(void *handle, int signal)
{
	(void)handle;
	return signal ? 1 : 0;
}

openr2_mflib_interface_t register_dsp = {
	.mf_read_init = read_init, .mf_write_init = write_init, .mf_detect_tone = detect, .mf_generate_tone = generate,
	.mf_select_tone = choose, .mf_want_generate = wants,
};

void register_dsp_free(struct register_machine *reader, struct register_machine *writer)
{
	if (reader->spandsp)
		(void)r2_mf_rx_free(reader->spandsp);
	if (writer->spandsp)
		(void)r2_mf_tx_free(writer->spandsp);
}
