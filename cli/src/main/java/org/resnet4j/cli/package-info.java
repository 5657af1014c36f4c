/**
 * The command line: one class a command; each parses, calls the library, prints.
 *
 * <p>Start at {@link org.resnet4j.cli.Main}. Results go to standard output; progress, messages and
 * errors to standard error.
 */
@NullMarked
package org.resnet4j.cli;

import org.jspecify.annotations.NullMarked;
