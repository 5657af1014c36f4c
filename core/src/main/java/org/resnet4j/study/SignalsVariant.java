package org.resnet4j.study;

import java.util.ArrayList;
import java.util.List;
import org.resnet4j.arch.Catalogue;
import org.resnet4j.arch.Network;
import org.resnet4j.arch.Norm;

/**
 * A network of the study: a subject's own or one of its twins, with or without shortcuts and norms.
 *
 * @param index in the study, from 0: no two have the same
 * @param subject whose data it is looked at with
 * @param title what tables call it
 * @param saved whether its weights are those of the subject's model
 * @param trains whether it is trained in the study
 */
record SignalsVariant(
    int index,
    SignalsSubject subject,
    String title,
    Network network,
    boolean saved,
    boolean trains) {

  /** Every variant of every subject; of networks with the same architecture only one. */
  static List<SignalsVariant> all(SignalsPlan plan, List<SignalsSubject> subjects) {
    List<SignalsVariant> variants = new ArrayList<>();
    List<Network> seen = new ArrayList<>();
    for (SignalsSubject subject : subjects) {
      boolean model = subject.model().isPresent();
      if (model) {
        boolean same = subject.title().equals(subject.network().name());
        String title = subject.title() + (same ? " (model)" : "");
        variants.add(
            new SignalsVariant(variants.size(), subject, title, subject.network(), true, false));
      }
      boolean trains = !model || plan.train();
      for (Network network : twins(subject.network(), trains)) {
        if (!seen.contains(network)) {
          seen.add(network);
          variants.add(
              new SignalsVariant(variants.size(), subject, network.name(), network, false, trains));
        }
      }
    }
    return variants;
  }

  /** The network, its plain twin, and both without norm if asked. */
  private static List<Network> twins(Network network, boolean withoutNorm) {
    List<Network> twins = new ArrayList<>(pair(network));
    if (withoutNorm && !(network.norm() instanceof Norm.None)) {
      Network bare = network.withNorm(new Norm.None());
      String name = Catalogue.nameOf(bare).orElse(network.name() + "-no-norm");
      twins.addAll(pair(bare.withName(name)));
    }
    return twins;
  }

  private static List<Network> pair(Network network) {
    return network.plain() ? List.of(network) : List.of(network, network.withoutShortcuts());
  }

  boolean is(SignalsVariant other) {
    return index == other.index;
  }

  boolean shortcuts() {
    return !network.plain();
  }

  boolean norm() {
    return !(network.norm() instanceof Norm.None);
  }

  int depth() {
    return network.depth();
  }

  /** Whether the other is the same but for its shortcuts. */
  boolean isPlainTwinOf(SignalsVariant other) {
    return !other.network.plain()
        && network.withName("").equals(other.network.withoutShortcuts().withName(""));
  }

  /** Whether it is that residual network or one of its twins. */
  boolean isOfFamily(SignalsVariant residual) {
    Network own = network.withName("");
    return twins(residual.network, true).stream().anyMatch(twin -> twin.withName("").equals(own));
  }
}
