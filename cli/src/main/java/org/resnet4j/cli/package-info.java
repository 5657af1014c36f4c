/** The command line: one class a command; each parses, calls the library, prints. */
@NullMarked
package org.resnet4j.cli;

import org.jspecify.annotations.NullMarked;
