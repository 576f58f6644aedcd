/* adpcm.c  Any octets decoded, and any samples encoded, by both kinds from any state of the table. */
#define _POSIX_C_SOURCE 200112L

#include "adpcm.h"

#include "input.h"

static void both_ways(const uint8_t *data, size_t size, int kind, int32_t last_step)
{
	struct adpcm decoder = {.value = 0, .step = (int32_t)(size % (size_t)(last_step + 1))};
	struct adpcm encoder = {0};
	int16_t     *pcm = exactly(size * 2 * sizeof *pcm);
	uint8_t     *coded = exactly(size / 4);

	adpcm_decode(&decoder, kind, pcm, data, size);
	must(decoder.step >= 0 && decoder.step <= last_step);
	memcpy(pcm, data, size / 4 * 4);
	adpcm_encode(&encoder, kind, coded, pcm, size / 4);
	must(encoder.step >= 0 && encoder.step <= last_step);
	free(coded);
	free(pcm);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	both_ways(data, size, ADPCM_VOX, 48);
	both_ways(data, size, ADPCM_IMA, 88);
	return 0;
}
