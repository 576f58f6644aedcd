/* cpu.c  See cpu.h. */
#include "cpu.h"

#include <stdatomic.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

static const char *const NAME[CPU_ISAS] = {"plain", "sse2", "avx2", "avx512"};

static _Atomic int used = -1; /* the one word of the core that the whole process shares; -1 = not yet chosen */

const char *cpu_name(int isa)
{
	return isa >= 0 && isa < CPU_ISAS ? NAME[isa] : NULL;
}

int cpu_has(int isa)
{
#if defined(__x86_64__)
	__builtin_cpu_init();
	switch (isa) {
	case CPU_PLAIN:
	case CPU_SSE2:
		return 1;
	case CPU_AVX2:
		return __builtin_cpu_supports("avx2") != 0;
	case CPU_AVX512:
		return __builtin_cpu_supports("avx512bw") && __builtin_cpu_supports("avx512vl")
		    && __builtin_cpu_supports("avx512vbmi") && __builtin_cpu_supports("avx512vnni");
	default:
		return 0;
	}
#else
	return isa == CPU_PLAIN;
#endif
}

static int best(void)
{
	int isa = CPU_ISAS - 1;

	while (!cpu_has(isa))
		isa--;
	return isa;
}

/* A name that is unknown, or that this machine lacks, is passed over. */
static int wanted(void)
{
	const char *name = getenv("KMCC_DSP_ISA");

	for (int isa = 0; name != NULL && isa < CPU_ISAS; isa++)
		if (strcmp(name, NAME[isa]) == 0 && cpu_has(isa))
			return isa;
	return best();
}

int cpu_isa(void)
{
	int isa = atomic_load_explicit(&used, memory_order_relaxed);

	if (isa < 0) {
		isa = wanted();
		atomic_store_explicit(&used, isa, memory_order_relaxed);
	}
	return isa;
}

int cpu_use(int isa)
{
	if (!cpu_has(isa))
		return -1;
	atomic_store_explicit(&used, isa, memory_order_relaxed);
	return 0;
}
