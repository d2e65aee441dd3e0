/* assert.h: checks of what only a programmer's mistake can break. They stay on in release builds
 * and name the place; inner loops have none. */
#ifndef MATINEE_BASE_ASSERT_H
#define MATINEE_BASE_ASSERT_H

/* Prints the condition and where it stands, then aborts. */
_Noreturn void assert_failed(const char *condition, const char *file, int line);

#define ASSERT(condition) ((condition) ? (void)0 : assert_failed(#condition, __FILE__, __LINE__))

#endif
