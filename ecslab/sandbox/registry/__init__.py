"""The container registry as docker speaks to it: the distribution API over what the ECR API keeps."""
