package org.resnet4j.weights;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.resnet4j.weights.PickleValue.TensorView;

/**
 * The tensors of a file that somebody else wrote: safetensors, or a PyTorch checkpoint of any age.
 *
 * <p>No file can run code, write anything, or take more memory than its size and 64 MB.
 *
 * @param entries in the order of the file, no two with one name
 * @param notes what was unwrapped to get at them and what was left out, for people
 */
public record Weights(List<TensorEntry> entries, List<String> notes) {
  /**
   * What data parallel, averaging, {@code torch.compile} and modules of PyTorch Lightning put
   * before every name.
   */
  private static final List<String> PREFIXES = List.of("module.", "_orig_mod.", "model.");

  /** The count that PyTorch's {@code AveragedModel} keeps beside the model. */
  private static final String AVERAGED_COUNT = "n_averaged";

  public Weights {
    entries = List.copyOf(entries);
    notes = List.copyOf(notes);
    Set<String> names = new HashSet<>();
    for (TensorEntry entry : entries) {
      if (!names.add(entry.name())) {
        throw new IllegalArgumentException("%s: the name is taken".formatted(entry.name()));
      }
    }
  }

  /** The tensor of that name. */
  public Optional<TensorEntry> find(String name) {
    return entries.stream().filter(entry -> entry.name().equals(name)).findFirst();
  }

  /**
   * Reads a file, recognised by its content and not its name: safetensors, PyTorch's zip format, or
   * the one before PyTorch 1.6.
   *
   * <p>A state dict is found under {@code state_dict}, {@code model} and the like, and {@code
   * module.} and {@code _orig_mod.} before every name are removed. If a training saved averaged
   * weights too, they are taken only if there are no others.
   *
   * @throws WeightsException if the file is missing, damaged or something else, or needs any Python
   *     that weights do not need; says what it seems to be and what to do
   */
  public static Weights load(Path file) {
    return load(file, StateDict.Choice.CURRENT);
  }

  /**
   * Reads the averaged weights of a training's checkpoint, {@code state_dict_ema} or {@code
   * model_ema}.
   *
   * @throws WeightsException as {@link #load} does, and if there are no averaged weights
   */
  public static Weights loadAveraged(Path file) {
    return load(file, StateDict.Choice.AVERAGED);
  }

  private static Weights load(Path file, StateDict.Choice choice) {
    return FileBytes.with(
        file,
        bytes ->
            switch (FileKind.of(bytes)) {
              case SAFETENSORS -> safetensors(bytes, choice);
              case ZIP -> checkpoint(bytes, Checkpoint.zip(bytes), choice);
              case LEGACY -> checkpoint(bytes, Checkpoint.legacy(bytes), choice);
            });
  }

  private static Weights safetensors(FileBytes bytes, StateDict.Choice choice) throws IOException {
    if (choice == StateDict.Choice.AVERAGED) {
      throw bytes.fault("a safetensors file has one set of weights; load it as it is");
    }
    return bare(Safetensors.read(bytes).entries(), new ArrayList<>());
  }

  private static Weights checkpoint(FileBytes bytes, Checkpoint checkpoint, StateDict.Choice choice)
      throws IOException {
    StateDict state = StateDict.find(bytes, checkpoint.root(), choice);
    TensorReader reader = new TensorReader(bytes, checkpoint.storages());
    List<TensorEntry> entries = new ArrayList<>();
    for (Map.Entry<String, TensorView> tensor : state.tensors().entrySet()) {
      entries.add(reader.read(tensor.getKey(), tensor.getValue()));
    }
    return bare(entries, new ArrayList<>(state.notes()));
  }

  /** Removes what wrappers of the model put before its names. */
  private static Weights bare(List<TensorEntry> wrapped, List<String> notes) {
    List<TensorEntry> entries = withoutCount(wrapped, notes);
    String prefix = "";
    for (String longer = longer(entries, prefix); !longer.isEmpty(); ) {
      prefix = longer;
      longer = longer(entries, prefix);
    }
    if (prefix.isEmpty()) {
      return new Weights(entries, notes);
    }
    notes.add("%s removed from the front of every name".formatted(WeightsException.quote(prefix)));
    int length = prefix.length();
    return new Weights(
        entries.stream()
            .map(e -> new TensorEntry(e.name().substring(length), e.dtype(), e.shape(), e.data()))
            .toList(),
        notes);
  }

  private static List<TensorEntry> withoutCount(List<TensorEntry> entries, List<String> notes) {
    List<TensorEntry> others =
        entries.stream().filter(entry -> !entry.name().equals(AVERAGED_COUNT)).toList();
    if (others.size() == entries.size() || longer(others, "").isEmpty()) {
      return entries;
    }
    notes.add("left out: \"%s\", how many models were averaged".formatted(AVERAGED_COUNT));
    return others;
  }

  /** A prefix of all names that starts with the one given, or an empty text. */
  private static String longer(List<TensorEntry> entries, String prefix) {
    for (String next : PREFIXES) {
      String longer = prefix + next;
      if (!entries.isEmpty()
          && entries.stream()
              .map(TensorEntry::name)
              .allMatch(name -> name.startsWith(longer) && name.length() > longer.length())) {
        return longer;
      }
    }
    return "";
  }
}
