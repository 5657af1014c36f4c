package org.resnet4j.nn.plan;

/**
 * What a layer or path makes going forward, and how it is gone back.
 *
 * @param overwritable whether nothing reads the values but who gets them
 */
record Made(Values values, boolean overwritable, Back back) {
  /** Adds the steps that lead back. */
  interface Back {
    /**
     * Adds the steps from the gradient by what was made to the gradients of the parameters and, as
     * wanted, by what it was made of.
     *
     * @return anything where nothing is wanted
     */
    Gradient from(Gradient gradient, Wanted wanted);
  }
}
