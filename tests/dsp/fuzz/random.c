/* random.c  An entry point of the fuzzer without libFuzzer: random inputs, the same on every machine.
 *
 *     <entry> <seed> <inputs> <longest>
 */
#define _POSIX_C_SOURCE 200112L

#include "input.h"

#include <stdio.h>

static uint32_t state;

static uint32_t dice(void) /* xorshift */
{
	state ^= state << 13;
	state ^= state >> 17;
	state ^= state << 5;
	return state;
}

int main(int argc, char **argv)
{
	if (argc != 4)
		return 2;
	state = (uint32_t)strtoul(argv[1], NULL, 10) | 1u;
	for (uint32_t left = (uint32_t)strtoul(argv[2], NULL, 10); left > 0; left--) {
		const size_t size = dice() % ((uint32_t)strtoul(argv[3], NULL, 10) + 1u);
		uint8_t     *data = exactly(size);

		for (size_t i = 0; i < size; i++)
			data[i] = (uint8_t)(dice() >> 8);
		(void)LLVMFuzzerTestOneInput(data, size);
		free(data);
	}
	return 0;
}
