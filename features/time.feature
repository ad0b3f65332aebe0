Feature: Not too early, not too late
  A producer may say from when on an event may be told, and from when on it is of no use.

  Rule: Nothing is told before its hour

    Scenario: Just before
      When Ada is told by email of an event that may be told in 10 minutes
      And 599 seconds pass
      Then Ada has received nothing

    Scenario: On the hour
      When Ada is told by email of an event that may be told in 10 minutes
      And 600 seconds pass
      Then Ada has received 1 email

  Rule: What has expired is not told

    Scenario: It was too late when it came
      When Ada is told by email of the event "sale" that expired a minute ago
      Then Ada has received nothing
      And the email of "sale" has failed as expired

    Scenario: Just in time
      Given Ada was told 10 things by email
      When Ada is told by email of the event "sale" that expires in 62 seconds
      And 2 minutes pass
      Then Ada has received 11 emails

    Scenario: Its time passed while it was held
      Given Ada was told 10 things by email
      When Ada is told by email of the event "sale" that expires in 60 seconds
      And 2 minutes pass
      Then Ada has received 10 emails
      And the email of "sale" has failed as expired

    Scenario: The next attempt would come too late
      Given the mail provider is busy for 2 attempts
      When Ada is told by email of the event "sale" that expires in 2 seconds
      And 2 seconds pass
      Then the email of "sale" has failed as expired
      And the mail provider has been asked twice
