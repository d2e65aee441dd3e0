/* language.c: see language.h.
 *
 * Idea     Other scripts show by their bytes; languages of our letters by their commonest small
 *          words, as far as those are no English ones: two of them, and more than there are of
 *          ours, are enough to say so. Nothing but a sentence depends on it.
 * Checked  tests/intent/test_rules.c. */
#include "intent/language.h"

#include <string.h>

#define FOREIGN_LEAST 2

/* Letters beyond U+024F, the last of the Latin ones, and the words' other letters. */
static void count_letters(const struct token *token, size_t *other, size_t *latin) {
    for (const char *at = token->word; *at; at++) {
        const unsigned char byte = (unsigned char)*at;
        *latin += byte < 0x80 || (byte >= 0xc3 && byte <= 0xc9);
        *other += (byte >= 0xca && byte <= 0xef);
    }
}

const char *language_notice(const struct token *tokens, size_t count) {
    static const char
        foreign[] = "der|das|und|ein|eine|einen|einem|nicht|mit|fur|ist|uber|wie|aber|ohne|"
                    "le|les|des|du|une|et|est|avec|pour|dans|qui|sur|pas|comme|"
                    "el|los|las|una|y|con|para|por|que|del|pero|sin|como|mas|muy|"
                    "il|gli|di|che|non|per|della|uno|piu|um|uma|nao|com|em|"
                    "een|het|van|niet|voor|och|att|som|inte|ett|og|ikke",
        english[] = "the|a|an|and|of|to|in|with|for|not|no|is|that|like|about|from|something|i";
    size_t other = 0, latin = 0, theirs = 0, ours = 0;
    for (size_t i = 0; i < count; i++) {
        if (!tokens[i].is_word)
            continue;
        count_letters(&tokens[i], &other, &latin);
        theirs += tokens_among(&tokens[i], foreign, sizeof foreign - 1);
        ours += tokens_among(&tokens[i], english, sizeof english - 1);
    }
    if (other > latin || (theirs >= FOREIGN_LEAST && theirs > ours))
        return "wishes are understood in English; of other languages little more than names is";
    return NULL;
}
