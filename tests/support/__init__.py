"""What tests share: servers, waiting, processes, builders."""
