/* level.c  Power series in double, so that the float results are right to the last bit but one everywhere. */
#include "level.h"

#include <math.h>

#define FULL_SCALE      32768.0
#define FULL_SCALE_DBM0 3.14
#define LN_10           2.302585092994046
#define TURN            4294967296.0
#define NOTHING         (-9999)  /* 0.01 dBm0 */

/* e to the x for |x| < 0.7, by Taylor. */
static double small_exp(double x)
{
	double sum = 1.0;

	for (int k = 14; k > 0; k--)
		sum = 1.0 + sum * x / k;
	return sum;
}

static double ratio(double db)
{
	const double octaves = db * (LN_10 / 20.0) / 0.6931471805599453;
	const double whole = floor(octaves);

	return ldexp(small_exp((octaves - whole) * 0.6931471805599453), (int)whole);
}

/* Natural logarithm by ln((1+t)/(1-t)) = 2 (t + t^3/3 + ...). */
static double natural_log(double x)
{
	int two;
	const double mantissa = frexp(x, &two);
	const double t = (mantissa - 0.75) / (mantissa + 0.75);
	double sum = 0.0;

	for (int k = 21; k > 0; k -= 2)
		sum = sum * t * t + 1.0 / k;
	return 2.0 * t * sum + two * 0.6931471805599453 - 0.2876820724517809;  /* ln 0.75 */
}

float level_peak(float dbm0)
{
	return (float)(FULL_SCALE * ratio((double)dbm0 - FULL_SCALE_DBM0));
}

float level_power(float dbm0)
{
	const double peak = FULL_SCALE * ratio((double)dbm0 - FULL_SCALE_DBM0);

	return (float)(peak * peak / 2.0);
}

int32_t level_centi_dbm0(float power)
{
	if (power < 1e-3f)
		return NOTHING;
	const double db = natural_log((double)power * 2.0 / (FULL_SCALE * FULL_SCALE)) * (10.0 / LN_10);

	return (int32_t)floor((db + FULL_SCALE_DBM0) * 100.0 + 0.5);
}

uint32_t level_step(float hz)
{
	return (uint32_t)((double)hz / LEVEL_RATE_HZ * TURN + 0.5);
}

/* The phase is folded into the quarter turns beside zero; there a polynomial of degree 11 does. */
float level_sine(uint32_t phase)
{
	const int32_t turn = (int32_t)(phase + 0x40000000u < 0x80000000u ? phase : 0x80000000u - phase);
	const float   x = (float)turn * (6.2831853f / 4294967296.0f);
	const float   y = x * x;

	return x * (1.0f + y * (-1.6666667e-1f + y * (8.3333333e-3f + y * (-1.9841270e-4f
	         + y * (2.7557319e-6f - y * 2.5052108e-8f)))));
}
