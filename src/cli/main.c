/* main.c: the program build/matinee. Everything is in program.c, where tests can reach it. */
#include "cli/program.h"

int main(int argument_count, char **arguments) {
    size_t word_count = argument_count > 0 ? (size_t)argument_count - 1 : 0;
    return program_run((const char *const *)arguments + 1, word_count);
}
