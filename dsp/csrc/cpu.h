/* cpu.h  Which instructions the kernels use: the best this machine has, or the one that was asked for.
 *
 * All leave the same bits; the choice is for tests, measurements and doubts.  The environment variable KMCC_DSP_ISA
 * is read once; cpu_use changes it later, but never in the middle of a tick: nothing is kept in between.
 */
#ifndef KMCC_CPU_H
#define KMCC_CPU_H

enum cpu_isa {
	CPU_PLAIN,  /* C alone, as the compiler takes it for this machine's baseline */
	CPU_SSE2,   /* the baseline of x86-64 */
	CPU_AVX2,
	CPU_AVX512, /* with BW, VBMI and VNNI */
	CPU_ISAS
};

const char *cpu_name(int isa);  /* "plain" "sse2" "avx2" "avx512"; NULL beyond */
int         cpu_has(int isa);
int         cpu_isa(void);      /* in use */
int         cpu_use(int isa);   /* 0, or -1 when this machine lacks it */

/* CPU_CLONES(name, body, params, args) makes `void name params`, which calls `body` compiled for the instructions in
 * use.  `body` is a CPU_BODY of plain C whose loops run over lanes or samples; lanes never mix and products are never
 * fused (-ffp-contract=off), so every clone leaves the same bits. */
#define CPU_BODY static inline __attribute__((always_inline))

#if defined(__x86_64__)
#define CPU_CLONES(name, body, params, args)                                              \
	__attribute__((target("arch=x86-64-v3"))) static void name##_avx2 params { body args; } \
	__attribute__((target("arch=x86-64-v4"))) static void name##_avx512 params { body args; } \
	static void name##_baseline params { body args; }                                        \
	void name params                                                                         \
	{                                                                                        \
		switch (cpu_isa()) {                                                             \
		case CPU_AVX512:                                                                 \
			name##_avx512 args;                                                      \
			break;                                                                   \
		case CPU_AVX2:                                                                   \
			name##_avx2 args;                                                        \
			break;                                                                   \
		default:                                                                         \
			name##_baseline args;                                                    \
			break;                                                                   \
		}                                                                                \
	}
#else
#define CPU_CLONES(name, body, params, args) \
	void name params { body args; }
#endif

#endif
