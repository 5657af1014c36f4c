/**
 * Other people's weights under our names: conventions, what network they are of, and the import.
 */
@NullMarked
package org.resnet4j.weights.convert;

import org.jspecify.annotations.NullMarked;
