/* wording.h: the options of commands that understand plain words: which encoder, which values. */
#ifndef MATINEE_CLI_WORDING_H
#define MATINEE_CLI_WORDING_H

#include "base/error.h"
#include "cli/command.h"
#include "service/service.h"
#include "service/words.h"
#include "text/encoder.h"

/* Rows of the table of options. */
/* clang-format off */
#define WORDING_OPTIONS                                                                            \
    {{"--encoder", SETTING_TEXT, "auto", 0, 0, NULL, NULL,                                         \
      "auto, minilm, builtin, or the folder of another BERT-like model"},                          \
     "NAME",                                                                                       \
     "MATINEE_ENCODER",                                                                            \
     WORD_FOLDER},                                                                                 \
    {{"--precision", SETTING_TEXT, "int8", 0, 0, ENCODER_PRECISIONS, NULL,                        \
      "of the encoder's weights"},                                                                 \
     "P",                                                                                          \
     NULL,                                                                                         \
     WORD_CHOICE},                                                                                 \
    {{"--intent", SETTING_TEXT_LIST, "", 0, 0, NULL, NULL,                                         \
      "values of wishes over config/intent.yaml: a YAML file, or KEY=VALUE"},                      \
     "FILE",                                                                                       \
     "MATINEE_INTENT",                                                                             \
     WORD_FILE}
/* clang-format on */

/* Opens what they say for the service's searches. */
enum status wording_open(struct service *service, const struct arguments *arguments,
                         struct error *error);
/* The same without a service. */
enum status wording_words(struct words **out, const struct arguments *arguments,
                          struct error *error);

#endif
