/**
 * How sure figures are: intervals, paired tests, and how many runs a claim needs.
 *
 * <p>Arithmetic on numbers alone; nothing here knows networks or images.
 */
@NullMarked
package org.resnet4j.statistics;

import org.jspecify.annotations.NullMarked;
