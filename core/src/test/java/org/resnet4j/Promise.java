package org.resnet4j;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/**
 * What a test, or all tests of a class, hold: a row of {@code docs/reliability.md}.
 *
 * <p>{@link PromisesTableTest} reads it from the sources of all modules.
 */
@Retention(RetentionPolicy.SOURCE)
@Target({ElementType.TYPE, ElementType.METHOD})
public @interface Promise {
  /** Which promise: A1 to A12. */
  String id();

  /** What happens. */
  String fault();

  /** What is true nevertheless. */
  String holds();
}
